/*
 * The conversation. Loaded by signpost.js on our own pages only: in chat.html, in the frame or on its own.
 * Words of a person live in three places, all of them cleared by end(): the page, the box, and the message being sent.
 */

const HERE = import.meta.url
const ANSWER_MS = 8000 // the server gives up after 7.5 and sends its own card
const TYPING_MS = 300
const BEST_LETTERS = 2000 // read whole by the model
const MOST_LETTERS = 16000 // the server refuses more; what is over stays in the box
const LINKS = /^(https|tel|sms):$/

/**
 * An element, its properties and children. Text only: no HTML is ever parsed.
 * @param {string} tag name, with classes after dots: "p.words"
 * @param {object} [props] properties; those with a dash, and role, are attributes
 * @param {...(Node|string|null)} children null is left out
 */
function make(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.')
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(props)) {
    if (key.includes('-') || key === 'role') node.setAttribute(key, value)
    else node[key] = value
  }
  node.classList.add(...classes)
  node.append(...children.filter((child) => child !== null))
  return node
}

/** Only strings with something in them: a card is never trusted to have its shape. */
const texts = (list) => (Array.isArray(list) ? list.filter((one) => typeof one === 'string' && one.trim()) : [])
const objects = (list) => (Array.isArray(list) ? list.filter((one) => one && typeof one === 'object') : [])
const string = (value) => (typeof value === 'string' ? value : '')

/**
 * The words of one language. English when there is no such file, or when no native speaker has reviewed it.
 * Throws when not even English is there.
 */
async function readStrings(lang, preview) {
  const read = async (name) => (await fetch(new URL(`strings/${name}.json`, HERE), { cache: 'no-store', credentials: 'omit' })).json()
  if (/^[a-z]{2}$/.test(lang) && lang !== 'en') {
    try {
      const own = await read(lang)
      if (!own.draft || preview) return own
    } catch { /* English */ }
  }
  return read('en')
}

export class Conversation {
  #root
  #say
  #announce
  #audience
  #sender = '' // minted with the first message
  #pending = null // what is being sent, or could not be: {text} or {title, payload}
  #cancel = null
  #aloud = false
  #last = '' // the newest answer in plain words, to read aloud

  /**
   * A conversation drawn into `root`, ready to use.
   * @param {HTMLElement} root empty
   * @param {{lang: string, dir: string, audience: ?string, preview: boolean, announce: function(string)}} options
   *   announce puts a text into a role=status, for people who don't see the page
   * @returns {Promise<Conversation>} rejects when the words cannot be fetched
   */
  static async begin(root, options) {
    const strings = await readStrings(options.lang || 'en', options.preview)
    return new Conversation(root, strings, options)
  }

  constructor(root, strings, { dir, audience, announce }) {
    /** The words in use, as in strings/en.json. */
    this.strings = strings
    this.#say = strings.talk
    this.#root = root
    this.#audience = audience === 'parent' ? '_parent' : ''
    this.#announce = announce
    root.className = 'talk'
    root.lang = strings.lang
    root.dir = dir || strings.dir
    this.#draw()
    this.#greet()
  }

  /** Put the focus where a person starts: the box, or on a touch screen the greeting (no keyboard over it). */
  focus() {
    if (matchMedia('(hover: hover)').matches && !this.helping) this.box.focus({ preventScroll: true })
    else this.turns.focus({ preventScroll: true })
  }

  /** Forget everything here and on the server. The object is of no use afterwards. */
  end() {
    this.#forget()
    this.#root.replaceChildren()
  }

  // ---- the frame of things

  #draw() {
    const say = this.#say
    this.turns = make('div.turns', { tabIndex: 0, role: 'region', 'aria-label': say.conversation })
    this.who = make('button.who', { type: 'button', 'aria-expanded': 'false', onclick: () => this.#help(!this.helping) }, say.who)
    this.people = make('div.people', { hidden: true, tabIndex: -1, role: 'region', 'aria-label': say.who })
    this.people.append(
      make('ul.contacts', { role: 'list' }, ...this.#helpers().map((one) => this.#contact(one))),
      make('p', {}, say.silent),
      make('button.plain', { type: 'button', onclick: () => this.#help(false) }, say.who_back),
    )
    this.box = make('textarea', {
      id: 'box', rows: 1, autocomplete: 'off', enterKeyHint: 'send', onkeydown: (event) => this.#key(event), oninput: () => this.#measure(),
      // The browser's own helpers may send what is typed to their makers.
      spellcheck: false, 'aria-describedby': 'note',
    })
    this.box.setAttribute('writingsuggestions', 'false')
    this.note = make('p.note', { id: 'note', hidden: true })
    this.send = make('button.send', { type: 'submit' }, say.send)
    const form = make('form', { onsubmit: (event) => this.#submit(event) },
      make('label', { htmlFor: 'box' }, say[`write${this.#audience}`]), this.note, make('div.row', {}, this.box, this.send))
    this.#root.append(make('div.top', {}, this.who, this.#options()), this.people, this.turns, form)
  }

  #options() {
    const say = this.#say
    const details = make('details.options', {}, make('summary', {}, say.options))
    // Closed by going elsewhere; not when the whole window loses the focus to a phone's dialler.
    details.onfocusout = ({ relatedTarget: to }) => {
      if (to && !details.contains(to)) details.open = false
    }
    this.#root.onpointerdown = ({ target }) => {
      if (!details.contains(target)) details.open = false
    }
    this.#root.onkeydown = (event) => {
      if (event.key !== 'Escape' || !(details.open || this.helping)) return
      event.preventDefault() // nothing else is closed by this press
      if (details.open) details.firstChild.focus()
      else this.#help(false)
      details.open = false
    }
    const toggle = (words, act) => {
      const button = make('button', { type: 'button', 'aria-pressed': 'false' }, words)
      button.onclick = () => button.setAttribute('aria-pressed', String(Boolean(act(button.getAttribute('aria-pressed') !== 'true'))))
      return button
    }
    const restart = () => {
      details.open = false
      this.#forget()
      this.#greet()
      this.focus()
      this.#announce(say.restarted)
    }
    details.append(make('div', {},
      ...('speechSynthesis' in window ? [toggle(say.aloud, (on) => this.#readAloud(on))] : []),
      toggle(say.easy, (on) => this.#root.classList.toggle('easy', on)),
      make('button', { type: 'button', onclick: restart }, say.restart),
      make('a', { href: new URL('private.html', HERE).href, target: '_blank', rel: 'noopener noreferrer' }, `${say.private} ${say.tab}`)))
    return details
  }

  #help(open) {
    this.helping = open
    this.people.hidden = !open
    this.turns.hidden = open
    this.who.setAttribute('aria-expanded', String(open))
    ;(open ? this.people : this.who).focus()
  }

  #greet() {
    const say = this.#say
    const turn = make('section.turn.bot', {}, ...say[`greeting${this.#audience}`].map((text) => make('p', {}, text)))
    turn.append(make('p', {}, say.leave, make('span.keys', {}, ` ${this.strings.page.exit_hint}`)))
    turn.append(this.#choices(say[`starters${this.#audience}`]))
    this.#last = say[`greeting${this.#audience}`].join(' ')
    this.turns.append(turn)
  }

  // ---- saying something

  #key(event) {
    // On a keyboard Enter sends; a phone's Enter makes a line, and the button sends.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !matchMedia('(hover: hover)').matches) return
    event.preventDefault()
    this.send.form.requestSubmit()
  }

  #measure() {
    const long = this.box.value.length > BEST_LETTERS
    if (long && this.note.hidden) {
      this.note.textContent = this.#say.long.replace('{}', BEST_LETTERS.toLocaleString(this.strings.lang))
      this.#announce(this.note.textContent)
    }
    this.note.hidden = !long
  }

  #submit(event) {
    event.preventDefault()
    const text = this.box.value
    if (!text.trim() || this.#cancel) return
    const cut = text.length > MOST_LETTERS ? text.lastIndexOf(' ', MOST_LETTERS) + 1 || MOST_LETTERS : text.length
    this.box.value = text.slice(cut)
    this.#measure()
    this.#ask({ text: text.slice(0, cut), left: this.box.value })
  }

  async #ask(pending) {
    if (this.#cancel) return
    if (this.helping) this.#help(false)
    this.#pending = pending
    this.#announce('')
    globalThis.speechSynthesis?.cancel()
    this.turns.querySelectorAll('.question, .choices, .failed').forEach((node) => node.remove())
    const mine = make('section.turn.me', {}, make('span.unseen', {}, `${this.#say.you}: `), make('p', { dir: 'auto' }, pending.title || pending.text))
    const typing = make('p.typing', { hidden: true }, this.#say.typing, make('i'), make('i'), make('i'))
    this.turns.append(mine, typing)
    this.#show(mine)
    const slow = setTimeout(() => {
      typing.hidden = false
      this.#show(mine)
    }, TYPING_MS)
    const cancel = (this.#cancel = new AbortController())
    const late = setTimeout(() => cancel.abort(), ANSWER_MS)
    this.send.setAttribute('aria-disabled', 'true')
    let answer
    try {
      answer = await this.#post(pending.payload || pending.text, cancel.signal)
    } catch { /* no answer: our own card */ }
    clearTimeout(slow)
    clearTimeout(late)
    if (this.#cancel !== cancel) return // ended or begun again meanwhile
    this.#cancel = null
    this.send.removeAttribute('aria-disabled')
    typing.remove()
    if (answer && !answer.card.degraded) {
      this.#pending = null
      return this.#answer(answer)
    }
    // Nothing typed is lost: the words go back into the box, before what was typed since.
    mine.remove()
    if (pending.text) this.box.value = [pending.text, this.box.value].filter(Boolean).join(pending.left ? '' : '\n')
    this.#measure()
    this.#answer(answer || this.#safetyCard(), true)
  }

  /**
   * One turn of the server. Throws when it refuses, hangs, or answers anything but texts and one card with contacts.
   * Statuses are not looked at: an error of the server's has the same body, with numbers in it.
   */
  async #post(message, signal) {
    this.#sender ||= Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const response = await fetch(new URL('../chat', HERE), {
      method: 'POST', body: JSON.stringify({ sender: this.#sender, message }), headers: { 'Content-Type': 'application/json' }, signal,
      cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error',
    })
    const list = objects(await response.json())
    const card = list.at(-1)?.custom
    if (card?.card !== 'signpost' || !objects(card.contacts).length) throw new TypeError('no card')
    const words = texts(list.map((one) => one.text))
    // The last text is the card in words, for clients that cannot draw it.
    return { words: words.length > 1 ? words.slice(0, -1) : words, card }
  }

  #safetyCard() {
    return { words: [this.#say.away], card: { urgency: 'away', contacts: this.#helpers() } }
  }

  /** Who can help, without asking a server: as contacts of a card. */
  #helpers() {
    const ours = this.strings.page.help.filter((one) => !one.for || (one.for === 'parent' && this.#audience))
    return ours.map(({ name, why, link, href }) => ({ name, why, ways: [{ label: link, href }] }))
  }

  #forget() {
    // A beacon outlives the page; a fetch may not.
    if (this.#sender) navigator.sendBeacon(new URL('../end', HERE), JSON.stringify({ sender: this.#sender }))
    this.#cancel?.abort()
    this.#cancel = this.#pending = null
    this.#sender = this.#last = this.box.value = ''
    this.#measure()
    this.send.removeAttribute('aria-disabled')
    this.turns.replaceChildren()
    if (this.helping) this.#help(false)
    globalThis.speechSynthesis?.cancel()
    this.#announce('')
  }

  // ---- showing an answer

  #answer({ words, card }, failed = false) {
    const say = this.#say
    const turn = make(`section.turn.bot${failed ? '.failed' : ''}`, {}, make('h2.unseen', {}, say.answer))
    const contacts = objects(card.contacts)
    const everyone = [...contacts]
    const danger = card.urgency === 'emergency'
    if (danger && contacts[0].id === '999') turn.append(this.#alarm(contacts.shift()))
    else if (danger || card.urgency === 'urgent') turn.append(make('p.banner', {}, danger ? say.emergency : say.urgent))
    const dial = this.#dialled(everyone)
    turn.append(...words.map((text) => make('p', { dir: 'auto' }, ...dial(text))))
    const people = contacts.length ? [make('h3', {}, say.people), make('ul.contacts', { role: 'list' }, ...contacts.map((one) => this.#contact(one)))] : []
    const steps = texts(card.steps)
    const what = steps.length ? [make('h3', {}, say.do), make('ul.steps', { role: 'list' }, ...steps.map((text) => make('li', { dir: 'auto' }, ...dial(text))))] : []
    // A person who asks how to do something needs the steps first; one who is in trouble needs people.
    const asked = ['info', 'chat'].includes(card.urgency) || (string(card.follow_up) && !danger)
    turn.append(...(asked ? [...what, ...people] : [...people, ...what]))
    if (failed) turn.append(this.#again())
    turn.append(this.#choices(objects(card.choices), string(card.question)))
    this.turns.append(turn)
    this.#show(turn)
    const numbers = everyone.map((one) => `${string(one.name)}: ${this.#spoken(this.#ways(one)[0]?.label || '')}.`)
    this.#last = [danger ? say.emergency : '', ...words, failed && this.#pending?.text ? say.kept : '', `${say.people}:`, ...numbers, string(card.question)].filter(Boolean).join(' ')
    this.#announce(this.#last)
    if (this.#aloud) this.#speak(this.#last)
  }

  #again() {
    const pending = this.#pending
    const act = () => (pending.payload ? this.#ask(pending) : this.send.form.requestSubmit())
    const button = make('button.plain', { type: 'button', onclick: act }, this.#say.again)
    return make('div.again', {}, pending.payload ? null : make('p', {}, this.#say.kept), button)
  }

  /** Call 999: the only thing that is ever red. */
  #alarm(contact) {
    const [way] = this.#ways(contact)
    return make('div.alarm', {}, make('b', {}, this.#say.emergency), this.#link(way))
  }

  #contact(contact) {
    const [first, ...more] = this.#ways(contact)
    const item = make('li', {}, make('div', {}, make('b', {}, string(contact.name)), make('span.why', {}, string(contact.why))))
    if (first) item.append(this.#link(first, 'go'))
    if (more.length) item.append(make('div.more', {}, ...more.map((way) => this.#link(way))))
    return item
  }

  /** How to turn a text into nodes in which the telephone numbers of these contacts, and no others, can be tapped. */
  #dialled(contacts) {
    const calls = contacts.flatMap((one) => this.#ways(one)).filter(({ href }) => /^tel:\d+$/.test(href))
    const numbers = new Map(calls.map(({ label, href }) => [label.match(/\d[\d ]*\d/)?.[0], href]).filter(([number]) => number))
    return (text) => text.split(/((?<![\d.])\d[\d ]*\d(?!\w))/).map((part) =>
      numbers.has(part) ? make('a.call', { href: numbers.get(part), target: '_top' }, part) : part)
  }

  /** Ways to reach a contact as {label, href}; a bare number gets its verb. */
  #ways(contact) {
    const ways = objects(contact.ways).length ? objects(contact.ways) : [{ label: contact.number, href: contact.href }]
    return ways.map(({ label, href }) => ({
      label: /^[\d ]+$/.test(string(label)) ? this.#say.call.replace('{}', label) : string(label),
      href: string(href),
    }))
  }

  /** A link if its scheme is https, tel or sms; else its words, with the address when that is an e-mail. */
  #link({ label, href }, kind = '') {
    let url
    try {
      url = new URL(href)
    } catch { /* words */ }
    if (!url || !LINKS.test(url.protocol)) {
      const address = url?.protocol === 'mailto:' && !label.includes(url.pathname) ? `: ${url.pathname}` : ''
      return make('span.way', {}, label + address)
    }
    const web = url.protocol === 'https:'
    // A call from a frame is navigated at the top: a page's frame-src would refuse "tel:" otherwise.
    const link = make('a.way', { href: url.href, target: web ? '_blank' : '_top', rel: 'noopener noreferrer' }, label)
    if (kind) link.classList.add(kind)
    const number = label.match(/\d[\d ]*\d/)?.[0]
    if (web) link.append(make('span.unseen', {}, ` ${this.#say.tab}`))
    else if (number) link.append(make('span.words', {}, ` ${this.#spoken(number)}`))
    return link
  }

  /** The digits of a text in words: "Call 101" is "Call one zero one". A reader might say "a hundred and one". */
  #spoken(text) {
    const group = (digits) => [...digits].map((digit) => this.#say.digits[digit]).join(' ')
    return text.replace(/\d[\d ]*\d/g, (number) => number.split(/ +/).map(group).join(', '))
  }

  #choices(choices, question = '') {
    const buttons = choices.filter((one) => string(one.title) && string(one.payload)).map(({ title, payload }) =>
      make('button', { type: 'button', onclick: () => this.#ask({ title, payload }) }, title))
    if (!buttons.length) return ''
    const row = make('div.choices', { role: 'group', 'aria-label': question || this.#say.quick }, ...buttons)
    return question ? make('div', {}, make('p.question', { dir: 'auto' }, question), row) : row
  }

  /** The start of the newest turn, not its end: what matters most is said first. */
  #show(turn) {
    // Not scrollIntoView(), which would scroll the panel and the page around us too.
    const scroller = getComputedStyle(this.turns).overflowY === 'visible' ? this.#root : this.turns
    scroller.scrollTop += turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12
  }

  // ---- reading aloud

  #readAloud(on) {
    this.#aloud = on
    speechSynthesis.cancel()
    return on && this.#speak(this.#last)
  }

  /** Whether a voice was found. Only the device's own: some browsers send the text of other voices to a server. */
  #speak(text) {
    const voices = speechSynthesis.getVoices().filter((one) => one.localService)
    const voice = voices.find((one) => one.lang.startsWith(this.strings.lang)) || voices[0]
    if (!voice) {
      this.#aloud = false
      this.note.textContent = this.#say.no_voice
      this.note.hidden = false
      this.#announce(this.#say.no_voice)
      return false
    }
    const words = new SpeechSynthesisUtterance(text)
    words.voice = voice
    words.lang = voice.lang
    words.rate = 0.95
    speechSynthesis.speak(words)
    return true
  }
}
