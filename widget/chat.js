/*
 * The conversation. Loaded by signpost.js on our own pages only: in chat.html, in the frame or on its own.
 * Words of a person live in three places, all of them cleared by end(): the page, the box, and the message being sent.
 */

const HERE = import.meta.url
const ANSWER_MS = 8000 // as long as a person waits for numbers
const LATE_MS = 20_000 // the server's own card comes after 7.5 and its journey, which may be long
const TYPING_MS = 300
const TYPING_SAID_MS = 1500 // most answers are there before
const VOICES_MS = 2000
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

/** The number a way dials, as its label writes it. A label may name others too: "Relay UK for 999: 18000". */
function numberOf({ label, href }) {
  const dials = href.match(/^(?:tel|sms):(\d+)/)?.[1]
  return label.match(/\d[\d ]*\d/g)?.find((number) => number.replaceAll(' ', '') === dials)
}

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
  #ours // the language of our own words, beside the server's
  #audience
  #sender = '' // minted with the first message
  #pending = null // what is being sent, or could not be: {text} or {title, payload}; again: it is sent once more
  #cancel = null // stops the message that the person is waiting for
  #late = null // the same of one that our own card was shown for already
  #aloud = false
  #hushed = false // hidden: somebody may have come in
  #last = {} // what was said last, {text, lang}, to read aloud
  #greeted = false

  /**
   * A conversation drawn into `root`, ready to use.
   * @param {HTMLElement} root empty
   * @param {{lang: string, dir: string, audience: ?string, preview: boolean, announce: function(string, string=)}} options
   *   announce(text, lang) puts a text into a role=status, for people who don't see the page; lang when it is not ours
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
    this.#ours = { lang: strings.lang }
    this.#root = root
    this.#audience = audience === 'parent' ? '_parent' : ''
    this.#announce = announce
    root.className = 'talk'
    root.lang = strings.lang
    root.dir = dir || strings.dir
    this.#draw()
    this.#greet()
    // A phone's keyboard takes the room, and what is typed must be seen. The box is at the end.
    window.onresize = () => {
      if (document.activeElement === this.box) root.scrollTop = root.scrollHeight
    }
    document.onvisibilitychange = () => document.hidden && globalThis.speechSynthesis?.cancel()
  }

  /** Put the focus where a person starts: the box, or on a touch screen the greeting (no keyboard over it). */
  focus() {
    if (matchMedia('(hover: hover)').matches && !this.helping) this.box.focus({ preventScroll: true })
    else this.turns.focus({ preventScroll: true })
    this.#hushed = false
    // The focus has gone past the greeting, and who does not see it must know too that nobody reads this.
    if (!this.#greeted) this.#announce(this.#last.text)
    this.#greeted = true
  }

  /** The chat was hidden: not a word aloud until focus(). */
  hush() {
    this.#hushed = true
    globalThis.speechSynthesis?.cancel()
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
      make('p', {}, this.strings.page.silent),
      make('button.plain', { type: 'button', onclick: () => this.#help(false) }, say.who_back),
    )
    this.box = make('textarea', {
      id: 'box', rows: 1, autocomplete: 'off', enterKeyHint: 'enter', onkeydown: (event) => this.#key(event), oninput: () => this.#measure(),
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
      button.onclick = async () => button.setAttribute('aria-pressed', String(Boolean(await act(button.getAttribute('aria-pressed') !== 'true'))))
      return button
    }
    const restart = () => {
      details.open = false
      this.#forget()
      this.#greet()
      this.focus()
      this.#announce(say.restarted)
    }
    globalThis.speechSynthesis?.getVoices() // the first call only starts the loading
    details.append(make('div', {},
      ...('speechSynthesis' in window ? [toggle(say.aloud, (on) => this.#readAloud(on))] : []),
      toggle(say.easy, (on) => this.#root.classList.toggle('easy', on)),
      make('button', { type: 'button', onclick: restart }, say.restart),
      make('a', { href: new URL('private.html', HERE).href, target: '_blank', rel: 'noopener noreferrer' }, `${say.private} ${say.tab}`)))
    return details
  }

  #help(open, focus = true) {
    this.helping = open
    this.people.hidden = !open
    this.turns.hidden = open
    this.who.setAttribute('aria-expanded', String(open))
    if (focus) (open ? this.people : this.who).focus()
  }

  #greet() {
    const say = this.#say
    const turn = make('section.turn.bot', {}, ...say[`greeting${this.#audience}`].map((text) => make('p', {}, text)))
    turn.append(make('p', {}, say.leave, make('span.keys', {}, ` ${this.strings.page.exit_hint}`)))
    turn.append(this.#choices(say[`starters${this.#audience}`]))
    this.#last = { text: say[`greeting${this.#audience}`].join(' '), lang: this.strings.lang }
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
    this.#note(long ? this.#say.long.replace('{}', BEST_LETTERS.toLocaleString(this.strings.lang)) : '')
    if (CSS.supports('field-sizing', 'content')) return
    this.box.style.height = 'auto'
    this.box.style.height = `${this.box.scrollHeight + 4}px` // its borders
  }

  /** Words above the box, or none: hidden words would still be read as its description. */
  #note(words) {
    if (words && words !== this.note.textContent) this.#announce(words)
    this.note.textContent = words
    this.note.hidden = !words
  }

  #submit(event) {
    event.preventDefault()
    const text = this.box.value
    if (!text.trim() || this.#cancel) return
    const cut = text.length > MOST_LETTERS ? text.lastIndexOf(' ', MOST_LETTERS) + 1 || MOST_LETTERS : text.length
    this.box.value = text.slice(cut)
    this.#measure()
    const words = text.slice(0, cut)
    this.#ask({ text: words, left: this.box.value, again: this.#pending?.text === words })
  }

  async #ask(pending) {
    if (this.#cancel) return
    if (this.helping) this.#help(false, false)
    this.#late?.abort()
    this.#late = null
    this.#pending = pending
    this.#announce('')
    globalThis.speechSynthesis?.cancel()
    for (const node of this.turns.querySelectorAll('.question, .choices, .failed')) {
      // The button that was pressed goes too, and the focus must not go with it.
      if (node.contains(document.activeElement)) this.turns.focus({ preventScroll: true })
      node.remove()
    }
    // Not to be translated: a browser may send what it translates to its maker.
    const mine = make('section.turn.me', {}, make('span.unseen', {}, `${this.#say.you}: `), make('p', { dir: 'auto', translate: false }, pending.title || pending.text))
    const typing = make('p.typing', { hidden: true }, this.#say.typing, make('i'), make('i'), make('i'))
    this.turns.append(mine, typing)
    this.#show(mine)
    const cancel = (this.#cancel = new AbortController())
    const timers = [
      setTimeout(() => {
        typing.hidden = false
        this.#show(mine)
      }, TYPING_MS),
      setTimeout(() => this.#announce(this.#say.typing), TYPING_SAID_MS),
    ]
    this.send.setAttribute('aria-disabled', 'true')
    setTimeout(() => cancel.abort(), LATE_MS)
    const coming = this.#post(pending, cancel.signal).catch(() => null) // none: our own card
    const answer = await Promise.race([coming, new Promise((done) => setTimeout(done, ANSWER_MS))])
    timers.forEach(clearTimeout)
    if (this.#cancel !== cancel) return // ended or begun again meanwhile
    this.#cancel = null
    this.send.removeAttribute('aria-disabled')
    typing.remove()
    if (answer && !answer.card.degraded) {
      this.#pending = null
      return this.#show(this.#answer(answer))
    }
    // Nothing typed is lost: the words go back into the box, before what was typed since.
    mine.remove()
    if (pending.text) this.box.value = [pending.text, this.box.value].filter(Boolean).join(pending.left ? '' : '\n')
    this.#measure()
    const kept = this.box.value
    const failed = this.#answer(answer || this.#safetyCard(), true)
    this.#show(failed)
    if (answer !== undefined) return
    this.#late = cancel // it may still come
    const late = await coming
    if (late && this.#late === cancel) this.#answerLate(late, { failed, mine, kept })
  }

  /** Below our own card, which stays as it is under a finger or in an ear; its button leads to the answer. */
  #answerLate(answer, { failed, mine, kept }) {
    const lost = answer.card.degraded // the server's card: it has read the message, but the words stay in the box
    this.#late = null
    if (!lost) {
      this.turns.append(mine)
      this.#pending = null
      if (this.box.value === kept) this.box.value = ''
      this.#measure()
    }
    const turn = this.#answer(answer, lost)
    const show = () => {
      this.turns.focus({ preventScroll: true })
      this.#show(turn)
    }
    const again = failed.querySelector('.again')
    const button = make('button', { type: 'button', onclick: show }, this.#say.late)
    const focused = again.contains(document.activeElement)
    again.replaceWith(make('div.late', this.#ours, button))
    if (focused) button.focus({ preventScroll: true })
  }

  /**
   * One turn of the server. Throws when it refuses, hangs, or answers anything but texts and one card with contacts.
   * Statuses are not looked at: an error of the server's has the same body, with numbers in it.
   */
  async #post({ payload, text, again = false }, signal) {
    this.#sender ||= Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const response = await fetch(new URL('../chat', HERE), {
      method: 'POST', body: JSON.stringify({ sender: this.#sender, message: payload || text, again }), headers: { 'Content-Type': 'application/json' }, signal,
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
    return { words: [this.#say.away], card: { urgency: 'away', contacts: this.#helpers() }, lang: this.strings.lang }
  }

  /** Who can help, without asking a server: as contacts of a card. */
  #helpers() {
    const ours = this.strings.page.help.filter((one) => !one.for || (one.for === 'parent' && this.#audience))
    return ours.map(({ name, why, more = [], ...way }) => ({ name, why, ways: [way, ...more].map(({ link, href }) => ({ label: link, href })) }))
  }

  #forget() {
    const sender = this.#sender
    this.#cancel?.abort()
    this.#late?.abort()
    this.#cancel = this.#late = this.#pending = null
    this.#last = {}
    this.#sender = this.box.value = ''
    this.#measure()
    this.send.removeAttribute('aria-disabled')
    this.turns.replaceChildren()
    if (this.helping) this.#help(false, false)
    globalThis.speechSynthesis?.cancel()
    this.#announce('')
    if (sender) this.#tellEnd(JSON.stringify({ sender })) // last: whatever a browser makes of it, all is wiped
  }

  #tellEnd(body) {
    const address = new URL('../end', HERE)
    try {
      // A beacon outlives the page. Some browsers have none.
      if (navigator.sendBeacon?.(address, body)) return
    } catch { /* a fetch */ }
    fetch(address, { method: 'POST', body, keepalive: true, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(() => {})
  }

  // ---- showing an answer

  /** The server answers in English, whatever language our own words are in. */
  #answer({ words, card, lang = 'en' }, failed = false) {
    const say = this.#say
    const turn = make(`section.turn.bot${failed ? '.failed' : ''}`, { lang }, make('h2.unseen', this.#ours, say.answer))
    const contacts = objects(card.contacts)
    const everyone = [...contacts]
    const danger = card.urgency === 'emergency'
    const flag = danger ? say.emergency : card.urgency === 'urgent' ? say.urgent : ''
    if (danger && contacts[0].id === '999') turn.append(this.#alarm(contacts.shift()))
    else if (flag) turn.append(make('p.banner', this.#ours, flag))
    const dial = this.#dialled(everyone)
    turn.append(...words.map((text) => make('p', { dir: 'auto' }, ...dial(text))))
    const people = contacts.length ? [make('h3', this.#ours, say.people), make('ul.contacts', { role: 'list' }, ...contacts.map((one) => this.#contact(one)))] : []
    const steps = texts(card.steps)
    const what = steps.length ? [make('h3', this.#ours, say.do), make('ul.steps', { role: 'list' }, ...steps.map((text) => make('li', { dir: 'auto' }, ...dial(text))))] : []
    // A person who asks how to do something needs the steps first; one who is in trouble needs people.
    const asked = ['info', 'chat'].includes(card.urgency) || (string(card.follow_up) && !danger)
    const inOrder = (first, second) => (asked ? [...second, ...first] : [...first, ...second])
    turn.append(...inOrder(people, what))
    if (failed) turn.append(this.#again())
    turn.append(this.#choices(objects(card.choices), string(card.question)))
    this.turns.append(turn)
    const numbers = everyone.map((one) => `${string(one.name)}: ${this.#spoken(this.#ways(one)[0]?.label || '')}.`)
    const heard = inOrder([`${say.people}:`, ...numbers], steps.length ? [`${say.do}:`, ...steps] : [])
    const kept = failed && this.#pending?.text ? say.kept : ''
    this.#last = { text: [flag && `${flag}.`, ...words, ...heard, kept, string(card.question)].filter(Boolean).join(' '), lang }
    this.#announce(this.#last.text, lang)
    if (this.#aloud) this.#speak(this.#last)
    return turn
  }

  #again() {
    const pending = this.#pending
    const act = () => (pending.payload ? this.#ask({ ...pending, again: true }) : this.send.form.requestSubmit())
    const button = make('button.plain', { type: 'button', onclick: act }, this.#say.again)
    return make('div.again', this.#ours, pending.payload ? null : make('p', {}, this.#say.kept), button)
  }

  /** Call 999: the only thing that is ever red. */
  #alarm(contact) {
    const [way] = this.#ways(contact)
    return make('div.alarm', {}, make('b', this.#ours, this.#say.emergency), this.#link(way))
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
    const numbers = new Map(calls.map((way) => [numberOf(way), way.href]))
    return (text) => text.split(/((?<![\d.])\d[\d ]*\d(?!\w))/).map((part) =>
      numbers.has(part) ? make('a.call', { href: numbers.get(part), target: '_top' }, part) : part)
  }

  /** Ways to reach a contact as {label, href}; a bare number gets its verb, in our language. */
  #ways(contact) {
    const ways = objects(contact.ways).length ? objects(contact.ways) : [{ label: contact.number, href: contact.href }]
    return ways.map(({ label, href }) => ({
      href: string(href),
      ...(/^[\d ]+$/.test(string(label)) ? { label: this.#say.call.replace('{}', label), ...this.#ours } : { label: string(label) }),
    }))
  }

  /** A link if its scheme is https, tel or sms; else its words, with the address when that is an e-mail. */
  #link({ label, href, lang }, kind = '') {
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
    const link = make('a.way', { href: url.href, target: web ? '_blank' : '_top', rel: 'noopener noreferrer', ...(lang && { lang }) }, label)
    if (kind) link.classList.add(kind)
    const number = numberOf({ label, href })
    if (web) link.append(make('span.unseen', this.#ours, ` ${this.#say.tab}`))
    else if (number) link.append(make('span.words', this.#ours, ` ${this.#spoken(number)}`))
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

  /** This device's own voices: some browsers send the text of others to a server. */
  async #voices() {
    if (!speechSynthesis.getVoices().length) {
      await new Promise((done) => {
        speechSynthesis.onvoiceschanged = done
        setTimeout(done, VOICES_MS)
      })
    }
    return speechSynthesis.getVoices().filter((one) => one.localService)
  }

  /** Whether it is read aloud, now or, while nobody should hear it, from the next answer on. */
  async #speak({ text, lang }) {
    const voices = await this.#voices()
    const voice = voices.find((one) => one.lang.startsWith(lang)) || voices[0]
    if (!voice) {
      this.#aloud = false
      this.#note(this.#say.no_voice)
      return false
    }
    // While it waited for voices, it may have been switched off, hidden or forgotten.
    if (!this.#aloud || text !== this.#last.text || this.#hushed || document.hidden) return this.#aloud
    const words = new SpeechSynthesisUtterance(text)
    words.voice = voice
    words.lang = voice.lang
    words.rate = 0.95
    speechSynthesis.cancel()
    speechSynthesis.speak(words)
    return true
  }
}
