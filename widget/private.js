/* "Exit this page" on "Staying private" leaves as the chat's does, and so do three Shifts. Without script it is a link. */
const links = document.querySelectorAll('.leave')

function leave(event) {
  event?.preventDefault()
  // Blank first: the next site can take seconds, and someone may be looking.
  document.documentElement.hidden = true
  location.replace(links[0].href) // Back must not come here
}

links.forEach((link) => (link.onclick = leave))
customElements.get('signpost-chat')?.countShifts((n) => n === 3 && leave())
