/*
 * <signpost-chat>: a safeguarding chat on any website. One file, no dependencies, no build step.
 * How to put it on a page, and what it never does: docs/embed.md.
 *
 * mount="frame" (the default) draws a button, an exit cover and a card with phone numbers in the page. The conversation
 * is in an <iframe> from our origin: a page's scripts read every key typed in a shadow root, and none in that frame.
 * mount="inline" puts the conversation in the page itself. It works on our own pages only.
 *
 * What stands inside the element, phone numbers, is what people see without script or server, and on paper.
 */
(() => {
  'use strict'

  const BASE = new URL('.', document.currentScript.src)
  const EXIT = 'https://www.bbc.co.uk/weather'
  const READY_MS = 8000 // as long as a person waits for the frame before the card with numbers says "away"
  const HELLO_MS = 1500 // a frame that has loaded but doesn't speak is an error page
  const SAID_MS = 1500 // most frames are there before
  const SHIFT_MS = 5000
  const KEYBOARD = 100 // pixels: lower things that cover a page are a phone's own bars
  const IDLE_MS = 30 * 60 * 1000 // the server forgets after as long
  const PASSED = ['for', 'lang', 'dir', 'heading', 'discreet', 'preview'] // attributes the frame is told

  // The same words as "page" in strings/en.json (a test compares them). They are here because the button and the
  // card with numbers must work with no request and no server. Another language arrives with the frame.
  const ENGLISH = {
    label: 'Talk about a worry',
    label_parent: 'Worried about a child?',
    discreet: 'Help and advice',
    exit: 'Exit this page',
    exit_hint: 'Or press Shift 3 times.',
    shift: ['', 'Press Shift 2 more times to exit.', 'Press Shift once more to exit.'],
    leaving: 'Leaving this page.',
    minimise: 'Hide the chat',
    loading: 'One moment.',
    away: "The chat can't open right now. That is not your fault. These people can help you now.",
    again: 'Try again',
    help: [
      { name: 'Emergency services', why: 'If anyone is in danger now', link: 'Call 999', href: 'tel:999' },
      { name: 'Childline', why: 'Someone kind to talk to, day or night. Free', link: 'Call 0800 1111', href: 'tel:08001111' },
      { name: 'Police', why: 'When nobody is in danger right now', link: 'Call 101', href: 'tel:101' },
      { name: 'NSPCC helpline', why: 'Advice for adults worried about a child', link: 'Call 0808 800 5000', href: 'tel:08088005000', for: 'parent' },
      { name: "Deaf, or can't speak", why: 'Reach 999 by video call or by typing. Free', link: '999 in British Sign Language', href: 'https://999bsl.co.uk', more: [
        { link: 'Relay UK or textphone for 999: 18000', href: 'tel:18000' },
      ] },
      { name: 'Shout', why: 'Help by text message, day or night. Free', link: 'Text SHOUT to 85258', href: 'sms:85258?body=SHOUT' },
    ],
    silent: "Can't speak? Call 999 on a mobile, then cough or tap. Press 55 when you are asked to.",
  }

  // Colours a page may set with --signpost-…, and the pairs that must stay readable (WCAG 1.4.3).
  const COLOURS = { accent: '#0b5567', 'on-accent': '#ffffff', surface: '#f2f8f9', ink: '#102f38' }
  // Two are always ours, a contact's card and what the person said: chat.css has the same (a test compares them).
  const FIXED = { card: '#ffffff', mine: '#d5eaef' }
  const PAIRS = [
    ['accent', 'on-accent'], ['surface', 'ink'], ['surface', 'accent'], ['card', 'ink'], ['card', 'accent'], ['mine', 'ink'],
  ]
  const THEME = [...Object.keys(COLOURS), 'font', 'radius', 'offset', 'width']

  // Important, because a page's own "* { … !important }" must lose: inside a shadow root ours wins. No rem: many
  // sites set the root's font size to 10 px, while "medium" is what the reader has chosen.
  const CSS_TEXT = `
:host { display: contents !important; visibility: visible !important }
.root {
  all: initial;
  --accent: ${COLOURS.accent}; --on-accent: ${COLOURS['on-accent']}; --surface: ${COLOURS.surface}; --ink: ${COLOURS.ink};
  --bar: var(--accent); --on-bar: var(--on-accent); --line: #b9d3da; --card: ${FIXED.card}; --soft: #47626b;
  --radius: var(--signpost-radius, 14px); --offset: var(--signpost-offset, 16px);
  font: medium/1.5 var(--signpost-font, system-ui, sans-serif); color: var(--ink); color-scheme: light dark;
  -webkit-text-size-adjust: 100%;
}
.root.themed {
  --accent: var(--signpost-accent, ${COLOURS.accent}); --on-accent: var(--signpost-on-accent, ${COLOURS['on-accent']});
  --surface: var(--signpost-surface, ${COLOURS.surface}); --ink: var(--signpost-ink, ${COLOURS.ink});
}
@media (prefers-color-scheme: dark) {
  .root, .root.themed {
    --accent: #9adbe6; --on-accent: #06252d; --surface: #0e2027; --ink: #e6f2f4;
    --bar: #0a3a47; --on-bar: #fff; --line: #5d7f89; --card: #17303a; --soft: #b4cdd4;
  }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
button, a {
  font: inherit; min-height: 44px; min-width: 44px; border-radius: var(--radius); border: 2px solid transparent; cursor: pointer;
}
:focus-visible { outline: 3px solid var(--focus, var(--accent)); outline-offset: 3px }
.open, .panel { position: fixed; inset: auto; inset-block-end: var(--offset); inset-inline-end: var(--offset); margin: 0 }
.open, .cover { z-index: 2147483647 }
.open {
  padding: .6em 1.25em; max-width: calc(100vw - 2 * var(--offset)); background: var(--accent); color: var(--on-accent);
  font-weight: 600; font-size: 1.0625em; box-shadow: 0 2px 14px rgb(8 47 60 / .28); outline-color: var(--ink);
}
.open:hover { text-decoration: underline; text-underline-offset: .2em }
.panel {
  padding: 0;
  width: min(var(--signpost-width, 27em), 100vw - 2 * var(--offset)); height: min(46em, 100vh - 2 * var(--offset));
  height: min(46em, 100dvh - 2 * var(--offset)); max-width: none; max-height: none; overflow: clip;
  border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); color: var(--ink);
  box-shadow: 0 8px 40px rgb(8 47 60 / .3);
}
.panel[open], .inline .panel { display: flex; flex-direction: column }
.root:has(dialog[open]) .open { visibility: hidden }
.panel::backdrop { background: rgb(8 40 50 / .25) }
header {
  --focus: var(--on-bar); display: flex; align-items: center; gap: .5em; padding: .5em .625em; background: var(--bar); color: var(--on-bar);
}
h1, h2 { flex: 1; margin: 0; padding-inline-start: .375em; font-size: 1.0625em; line-height: 1.25; font-weight: 600 }
.small { background: none; color: inherit; padding: 0 }
.small span { display: block; width: 18px; margin: auto; border-block-end: 3px solid }
.small:hover, .exit:hover { box-shadow: 0 0 0 2px var(--on-bar) }
.exit {
  flex: none; padding: .5em 1em; min-height: 52px; background: var(--on-bar); color: var(--bar); font-weight: 700; font-size: 1.125em;
  line-height: 1.2;
}
.exit { position: relative }
.dots { position: absolute; inset-inline: 0; inset-block-end: 5px; display: none; justify-content: center; gap: 6px }
.dots:has(.on) { display: flex }
.dots i { width: 6px; height: 6px; border: 1px solid; border-radius: 50% }
.dots .on { background: currentColor }
.body { position: relative; flex: 1; min-height: 0; display: flex }
iframe { flex: 1; width: 100%; border: 0; background: var(--surface); color-scheme: light dark }
.waiting iframe { position: absolute; visibility: hidden; height: 100% }
.away { display: none; flex: 1; overflow: auto; padding: 1.25em }
.waiting .away { display: block }
.loading .away { animation: appear .6s steps(1) }
@keyframes appear { from { visibility: hidden } }
.away p { margin: 0 0 1em }
ul { list-style: none; margin: 0 0 1.25em; padding: 0; display: grid; gap: .75em }
li { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: .875em 1em }
li b, li span { display: block }
li span { color: var(--soft) }
li a, .again {
  display: inline-flex; align-items: center; margin-block-start: .5em; padding: .25em 1.125em; background: var(--accent);
  color: var(--on-accent); font-weight: 600; text-decoration: none;
}
li:first-child span + a { background: #b3141c; color: #fff }
li a + a { margin-inline: 0 1em; padding-inline: 0; background: none; color: var(--accent); font-weight: 400; text-decoration: underline }
.again { margin: 0; background: none; color: var(--accent); border-color: currentColor }
.cover {
  position: fixed; inset: 0; width: 100%; height: 100%; margin: 0; border: 0; background: #fff; display: none;
}
.cover.on { display: block }
.inline .panel { position: static; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; box-shadow: none }
.inline .small { display: none }
.bare header { position: absolute; clip-path: inset(50%) }
.bare .exit { display: none }
::slotted([slot]) { flex: 1; min-width: 0 }
.inline .body > slot { display: flex; flex: 1; min-width: 0 }
::slotted([slot=status]) {
  position: absolute !important; width: 1px !important; height: 1px !important; overflow: hidden !important;
  clip-path: inset(50%) !important; white-space: nowrap !important;
}
.paper, .off { display: none }
.off + .paper { display: contents }
.panel.above {
  position: fixed; inset-block: calc(var(--top) + var(--offset)) auto; height: min(46em, var(--seen) - 2 * var(--offset));
}
@media (max-width: 40em), (max-height: 30em) {
  .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0 }
  .panel.above { inset-block-start: var(--top); height: var(--seen) }
}
.inline .panel.above { inset-block-start: var(--top); inset-inline: 0; height: var(--seen) }
@media (max-width: 20.5em) {
  h1, h2 { position: absolute; clip-path: inset(50%) } header { justify-content: space-between; flex-direction: row-reverse }
}
@media (max-height: 22em) { header { padding-block: 2px } .exit { min-height: 44px; padding-block: 2px } }
@media (forced-colors: active) {
  button, li a, .small { border: 2px solid ButtonText } .small span { border-color: ButtonText } .panel { border: 2px solid CanvasText }
  .dots .on { background: Highlight; forced-color-adjust: none }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important } }
@media print {
  .root:not(.inline), header { display: none } .root:not(.inline) + .paper { display: contents }
  .inline .panel { display: block; height: auto; overflow: visible }
}
`

  /**
   * An element, its properties and children. Text only: no HTML is ever parsed.
   * @param {string} tag
   * @param {object} [props] properties; those with a dash, and role, are attributes
   * @param {...(Node|string)} children
   */
  function make(tag, props = {}, ...children) {
    const node = document.createElement(tag)
    for (const [name, value] of Object.entries(props)) {
      if (name.includes('-') || name === 'role') node.setAttribute(name, value)
      else node[name] = value
    }
    node.append(...children)
    return node
  }

  /**
   * Call step(1), step(2), step(3) as Shift is pressed alone three times within five seconds, and step(0) when the
   * count is lost. A Shift held for a capital letter, a shortcut or a click does not count; nor does one pressed while
   * Alt is down, which is how keyboard layouts are switched.
   */
  function countShifts(step, signal) {
    let count = 0
    let alone = false
    let timer
    const to = (n) => {
      if (n === 1) {
        clearTimeout(timer)
        timer = setTimeout(to, SHIFT_MS, 0)
      }
      if (n !== count) step(n)
      count = n % 3
    }
    const on = (kind, act) => addEventListener(kind, act, { capture: true, signal })
    on('keydown', ({ key, repeat, altKey, ctrlKey, metaKey }) => {
      if (key === 'Shift') return (alone ||= !(repeat || altKey || ctrlKey || metaKey))
      alone = false
      to(0)
    })
    on('keyup', ({ key }) => {
      if (key === 'Shift' && alone) to(count + 1)
      alone = false
    })
    on('pointerdown', () => (alone = false))
  }

  /** Relative luminance of "rgb(…)", as WCAG defines it; NaN for any other notation. */
  function luminance(colour) {
    const [r, g, b] = (colour.match(/^rgb\((\d+), (\d+), (\d+)\)$/) || []).slice(1).map((n) => {
      const c = n / 255
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }

  /**
   * The page's --signpost-… values, or none of its colours when a pair would be hard to read.
   * @param {Element} element where they are set
   * @param {HTMLElement} probe a rendered element whose colour may be changed for a moment
   * @returns {Object<string, string>}
   */
  function readTheme(element, probe) {
    const style = getComputedStyle(element)
    const theme = Object.fromEntries(THEME.map((name) => [name, style.getPropertyValue(`--signpost-${name}`).trim()]).filter(([, v]) => v))
    const light = (name) => {
      if (theme[name] && !CSS.supports('color', theme[name])) return NaN
      probe.style.cssText = `forced-color-adjust: none; color: ${COLOURS[name] || FIXED[name]}`
      probe.style.color = theme[name]
      const found = luminance(getComputedStyle(probe).color)
      probe.style.cssText = ''
      return found + 0.05
    }
    for (const [a, b] of PAIRS) {
      const ratio = light(a) / light(b)
      if (Math.max(ratio, 1 / ratio) >= 4.5) continue
      console.warn(`signpost-chat: ${b} on ${a} ${FIXED[a] || ''} needs a contrast of 4.5 to 1, in hex or rgb(); our colours are used`)
      for (const name of Object.keys(COLOURS)) delete theme[name]
      break
    }
    return theme
  }

  /** Attributes and custom properties: the tables in docs/embed.md. */
  class SignpostChat extends HTMLElement {
    static countShifts = countShifts // for private.js

    #words = ENGLISH
    #lang = 'en' // of #words: not the attribute's when that language is a draft
    #frame = null
    #talk = null
    #timers = []
    #host = '' // framed by this origin's <signpost-chat>, which draws our header
    #exit = EXIT
    #theme = {}
    #inlined = false
    #isAway = false // the card with numbers stands where the conversation should be
    #touched = Infinity // when the person last did something: never
    #idle
    #listening
    #parts

    connectedCallback() {
      if (!this.#parts) {
        this.#inlined = this.getAttribute('mount') === 'inline' && BASE.origin === location.origin
        if (this.#inlined) this.#readAddress()
        this.#exit = web(this.getAttribute('exit')) || this.#exit
        this.#draw(this.#inlined)
      }
      this.#listen()
      if (this.#inlined) this.#inline()
      // The top layer: no z-index, transform or overflow of the page can bury the button.
      else this.#parts.open.showPopover?.()
    }

    disconnectedCallback() {
      this.#listening.abort()
      this.#hide()
      this.#end()
    }

    /** Hear the window until the element is taken out: a site that changes its pages by script makes many of us. */
    #listen() {
      const { signal } = (this.#listening = new AbortController())
      countShifts((n) => this.#shift(n), signal)
      addEventListener('message', (event) => this.#hear(event), { signal })
      // The back/forward cache would show the words again. A frame forgets by itself: it hears pagehide too, and
      // taken away now it could not tell the server.
      addEventListener('pagehide', () => {
        if (!this.#frame) this.#end()
        this.#hide()
      }, { signal })
      addEventListener('pageshow', ({ persisted }) => {
        if (!persisted) return
        this.#end()
        this.#parts.cover.classList.remove('on')
        if (this.#inlined) this.#inline()
      }, { signal })
      // Escape hides the chat; pressed in a frame, the page's dialog does not hear it.
      if (this.#host) addEventListener('keydown', (event) => event.key === 'Escape' && !event.defaultPrevented && this.#tell('hide'), { signal })
      for (const kind of ['resize', 'scroll']) globalThis.visualViewport?.addEventListener(kind, () => this.#aboveKeyboard(), { signal })
      if (!this.#inlined) return
      for (const kind of ['keydown', 'input', 'pointerdown', 'wheel']) {
        addEventListener(kind, () => this.#touch(), { capture: true, passive: true, signal })
      }
      // A phone stops the timers of a page that is not on the screen.
      document.addEventListener('visibilitychange', () => this.#forgetIfIdle(), { signal })
    }

    /**
     * A phone's keyboard lies over the page and pushes its top off the screen, and Exit with it: keep to the part that is
     * seen. Not while somebody has zoomed in: then they choose what they see.
     */
    #aboveKeyboard() {
      const { dialog } = this.#parts
      const { height, offsetTop, scale } = visualViewport
      const whole = (document.scrollingElement || document.documentElement).clientHeight
      dialog.style.setProperty('--top', `${offsetTop}px`)
      dialog.style.setProperty('--seen', `${height}px`)
      dialog.classList.toggle('above', Math.abs(scale - 1) < 0.01 && whole - height > KEYBOARD)
    }

    /** Whether a conversation is going on, hidden or not. */
    get #on() {
      return Boolean(this.#frame || this.#talk)
    }

    // ---- drawing

    #draw(inline) {
      const p = (this.#parts = {
        status: make('div', { slot: 'status', role: 'status' }),
        open: make('button', { className: 'open', type: 'button', popover: 'manual', onclick: () => this.open() }),
        title: make(inline ? 'h1' : 'h2', { id: 'title' }),
        small: make('button', { className: 'small', type: 'button', onclick: () => this.#hide() }, make('span')),
        exitWords: make('span'),
        dots: make('span', { className: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i')),
        notice: make('p', { tabIndex: -1 }),
        help: make('ul', { role: 'list' }),
        silent: make('p'),
        again: make('button', { className: 'again', type: 'button' }),
        cover: make('div', { className: 'cover', popover: 'manual' }),
        body: make('div', { className: 'body' }),
      })
      p.exit = make('button', { className: 'exit', type: 'button', onclick: () => this.leave() }, p.exitWords, p.dots)
      const slot = make('slot', { name: 'talk' })
      p.body.append(...(inline ? [slot] : [make('div', { className: 'away' }, p.notice, p.help, p.silent, p.again)]))
      const header = make('header', {}, p.title, p.small, p.exit)
      p.dialog = make(inline ? 'main' : 'dialog', { className: 'panel', 'aria-labelledby': 'title' }, header, p.body, make('slot', { name: 'status' }))
      p.dialog.onclose = () => {
        p.open.focus()
        this.#tell('hush') // somebody may have come in: nothing is read aloud from a hidden chat
      }
      // A click on the page around the chat hides it. The dialog has no padding of its own to click on.
      p.dialog.addEventListener('click', ({ target }) => target === p.dialog && this.#hide())
      p.root = make('div', { className: `root ${inline ? 'inline off' : ''} ${this.#host ? 'bare' : ''}` }, p.dialog, p.cover)
      if (!inline) p.root.prepend(p.open)
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(CSS_TEXT)
      const shadow = this.attachShadow({ mode: 'open' })
      shadow.adoptedStyleSheets = [sheet]
      shadow.append(p.root, make('div', { className: 'paper' }, make('slot')))
      this.append(p.status)
      this.#theme = readTheme(this, p.title)
      p.root.classList.toggle('themed', THEME.slice(0, 4).some((name) => this.#theme[name]))
      this.#say(ENGLISH)
    }

    /** Put words on everything; a language's own when the frame has brought them. */
    #say(words, lang = 'en') {
      const w = (this.#words = { ...ENGLISH, ...words })
      const p = this.#parts
      const page = this.closest('[lang]')?.lang || '' // the language of words that the page chose
      this.#lang = p.root.lang = lang
      p.open.lang = this.hasAttribute('label') ? page : lang
      p.title.lang = this.hasAttribute('heading') ? page : lang
      const label = this.hasAttribute('discreet') ? w.discreet : this.getAttribute('for') === 'parent' ? w.label_parent : w.label
      p.open.textContent = this.getAttribute('label') || label
      p.title.textContent = this.getAttribute('heading') || label
      p.exitWords.textContent = w.exit
      p.exit.title = w.exit_hint
      p.small.setAttribute('aria-label', w.minimise)
      p.help.replaceChildren(...this.#helpers().map((one) =>
        make('li', {}, make('b', {}, one.name), make('span', {}, one.why), ...[one, ...(one.more || [])].map(({ link, href }) =>
          make('a', { href, rel: 'noreferrer' }, link)))))
      p.silent.textContent = w.silent
      if (this.#frame) this.#frame.title = p.title.textContent
      if (this.#inlined && !this.#host) document.title = p.title.textContent
    }

    /** Who can help: some are for the readers of a parents' page only. */
    #helpers() {
      return this.#words.help.filter((one) => !one.for || one.for === this.getAttribute('for'))
    }

    #announce(text, lang = this.#lang) {
      this.#parts.status.lang = lang
      this.#parts.status.textContent = text
    }

    // ---- opening

    /** Show the chat, and start it if there is none. */
    open() {
      if (!this.#on) this.#start()
      if (!this.#parts.dialog.open) this.#parts.dialog.showModal()
      this.#focus()
    }

    /** Put the focus where a person starts: into the conversation, or on the words that say it is away. */
    #focus() {
      if (!this.#isAway) return this.#tell('focus')
      this.#parts.notice.focus()
      // The focus has the notice read; these come after it.
      this.#announce(this.#helpers().map((one) => `${one.name}: ${one.link}.`).join(' '))
    }

    #hide() {
      this.#parts.dialog.close?.()
    }

    #start() {
      const { body, notice, again, dialog } = this.#parts
      this.#stop()
      this.#isAway = false
      const here = new URLSearchParams({ host: location.origin, exit: this.#exit, theme: JSON.stringify(this.#theme) })
      for (const name of PASSED) {
        if (this.hasAttribute(name)) here.set(name, this.getAttribute(name))
      }
      body.className = 'body waiting loading'
      notice.textContent = this.#words.loading
      again.hidden = true
      // After "#", so that it is never sent to a server.
      this.#frame = make('iframe', { referrerPolicy: 'no-referrer', title: this.#parts.title.textContent, src: `${new URL('chat.html', BASE)}#${here}` })
      this.#frame.onload = () => this.#wait(HELLO_MS)
      this.#wait(READY_MS)
      setTimeout(() => dialog.open && body.classList.contains('loading') && this.#announce(this.#words.loading), SAID_MS)
      body.append(this.#frame)
    }

    #wait(ms) {
      this.#timers.push(setTimeout(() => this.#away(), ms))
    }

    #waitNoMore() {
      this.#timers.splice(0).forEach(clearTimeout)
    }

    #stop() {
      this.#waitNoMore()
      this.#frame?.remove()
      this.#frame = null
    }

    #away() {
      const { body, notice, again, dialog } = this.#parts
      this.#waitNoMore()
      if (this.#isAway) return
      this.#isAway = true
      body.className = 'body waiting'
      notice.textContent = this.#words.away
      again.hidden = false
      again.textContent = this.#words.again
      again.onclick = () => this.#start()
      if (dialog.open) this.#focus()
    }

    /** The frame can be talked in. */
    #ready({ words, lang }) {
      const { body, again, open } = this.#parts
      this.#waitNoMore()
      const show = () => {
        this.#isAway = false
        body.className = 'body'
        this.#say(words, lang)
        this.#announce('')
        if (this.#parts.dialog.open) this.#focus()
      }
      if (!this.#isAway) return show()
      // It is late, and someone may be about to tap a number or is hearing them: they stay until the button is pressed.
      again.textContent = open.textContent
      again.onclick = show
    }

    async #inline() {
      const chat = make('div', { slot: 'talk' })
      this.#parts.root.classList.add('off')
      try {
        this.#tell('hello')
        const { Conversation } = await import(new URL('chat.js', BASE))
        const options = { lang: this.lang, dir: this.dir, audience: this.getAttribute('for'), preview: this.hasAttribute('preview') }
        this.#talk = await Conversation.begin(chat, { ...options, announce: (...said) => this.#announce(...said) })
      } catch {
        return // what stands in the element, phone numbers, stays
      }
      this.append(chat)
      const { page, lang } = this.#talk.strings
      this.#say(page, lang)
      this.#parts.root.classList.remove('off')
      this.#tell('ready', { words: page, lang })
      if (!this.#host) this.#talk.focus()
    }

    // ---- frame and page: nothing that was typed is ever in a message

    /**
     * What our address says after "#". Alone, where a plain link led: how to look, and never where Exit goes or what a
     * heading says, for anybody can write a link. In the frame: what the page said of itself, believed only as far as the browser agrees.
     */
    #readAddress() {
      const said = new URLSearchParams(location.hash.slice(1))
      const take = (names) => names.forEach((name) => said.has(name) && this.setAttribute(name, said.get(name)))
      if (parent === window) return take(['for', 'lang', 'discreet'])
      const host = said.get('host')
      const above = location.ancestorOrigins
      if (!host || (above && above[0] !== host)) return
      this.#host = host
      this.#exit = web(said.get('exit')) || EXIT
      take(PASSED)
      try {
        for (const [name, value] of Object.entries(JSON.parse(said.get('theme')))) {
          const kind = name in COLOURS ? 'color' : { font: 'font-family', radius: 'border-radius' }[name]
          if (kind && CSS.supports(kind, value)) document.documentElement.style.setProperty(`--signpost-${name}`, value)
        }
      } catch { /* our own colours */ }
    }

    #tell(word, more) {
      if (this.#host) parent.postMessage({ signpost: word, ...more }, this.#host)
      else this.#frame?.contentWindow?.postMessage({ signpost: word, ...more }, BASE.origin)
    }

    #hear({ source, origin, data }) {
      if (this.#host) {
        if (source !== parent || origin !== this.#host) return
        if (data?.signpost === 'hush') this.#talk?.hush?.()
        if (data?.signpost !== 'focus') return
        this.#forgetIfIdle()
        this.#talk?.focus()
        return
      }
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== BASE.origin) return
      if (data?.signpost === 'hello') {
        // It is alive, only slow.
        this.#frame.onload = null
        this.#waitNoMore()
        this.#wait(READY_MS)
      } else if (data?.signpost === 'ready') {
        this.#ready(data)
      } else if (data?.signpost === 'hide') {
        this.#hide()
      } else if (data?.signpost === 'shift') {
        this.#shift(data.count)
      }
    }

    // ---- leaving

    #shift(count) {
      if (this.#host) {
        this.#tell('shift', { count })
        // The page has the cover and goes; should its script not, we go ourselves.
        if (count === 3) {
          setTimeout(() => top.location.replace(this.#exit), 500)
          this.#end()
        }
        return
      }
      if (!this.#on) return
      ;[...this.#parts.dots.children].forEach((dot, i) => dot.classList.toggle('on', i < count))
      this.#announce(this.#words.shift[count] || '')
      if (count === 3) this.leave()
    }

    /** Cover the page, forget the conversation and go to the exit address, in this tab. */
    leave() {
      const { cover, dialog } = this.#parts
      try {
        // Cover first: on a slow phone the next site can take seconds, and someone may be looking.
        cover.classList.add('on')
        if (cover.showPopover) cover.showPopover()
        else dialog.close?.() // before iOS 17: an open dialog would lie over the cover
        this.#announce(this.#words.leaving)
        this.#end()
      } finally {
        // Whatever went wrong above. replace(), not href: Back must not come here. The browser's history still shows the
        // visit, and "Staying private" says so; no page can erase that.
        try {
          top.location.replace(this.#exit)
        } catch {
          location.replace(this.#exit)
        }
      }
    }

    /** Somebody is there. After long silence it may be somebody else. */
    #touch() {
      this.#forgetIfIdle()
      this.#touched = Date.now()
      clearTimeout(this.#idle)
      this.#idle = setTimeout(() => this.#forgetIfIdle(), IDLE_MS + 1000)
    }

    /** Begin again when nobody has been there for half an hour: the next person must not read this one's words. */
    #forgetIfIdle() {
      if (!this.#talk || Date.now() - this.#touched < IDLE_MS) return
      this.#end()
      this.#inline()
    }

    /** Forget everything that was said, here and on the server. The frame does the same when it is taken away. */
    #end() {
      const talk = this.#talk
      this.#talk = null
      this.#touched = Infinity
      clearTimeout(this.#idle)
      this.querySelectorAll('[slot=talk]').forEach((node) => node.remove())
      this.#stop()
      talk?.end() // last: it asks the network, which may throw
    }
  }

  /** The address if it is http(s), else "". A javascript: address must never be left to. */
  function web(address) {
    try {
      return /^https?:$/.test(new URL(address).protocol) ? address : ''
    } catch {
      return ''
    }
  }

  if (!customElements.get('signpost-chat')) customElements.define('signpost-chat', SignpostChat)
})()
