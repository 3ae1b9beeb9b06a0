import { createConnection } from './connection.js'
import { load, save } from './store.js'
import { createThread } from './thread.js'

const byId = (id) => document.getElementById(id)
const [status, text, name, email, about] = ['status', 'text', 'name', 'email', 'about'].map(byId)
const title = document.title

// The launcher says in the fragment which page is around the frame.
const page = parent === window ? null : URL.parse(new URLSearchParams(location.hash.slice(1)).get('page'))

let isPanelOpen = page === null
let readSeq = load('read') ?? 0
const unread = new Set()

const connection = createConnection({
  placed(seq, line) {
    thread.place(line)
    if (line.from === 'team' && seq > readSeq) unread.add(seq)
    countUnread()
  },
  changed: (line, state, reason) => thread.showOwn(line, state, reason),
  online(isOnline) {
    status.textContent = isOnline
      ? 'A person will answer you here'
      : 'No connection. What you write is kept and sent later.'
    status.classList.toggle('is-offline', !isOnline)
  },
  restarted() {
    thread.clearPlaced()
    unread.clear()
    readSeq = 0
    save('read', 0)
  },
})
const thread = createThread(byId('lines'), byId('log'), {
  retry: connection.retry,
  discard(id) {
    connection.discard(id)
    thread.remove(id)
  },
})

/** What the visitor sees counts as read; the rest is told by the tab's title, or to the page around the frame. */
function countUnread() {
  if (isPanelOpen && document.visibilityState === 'visible' && unread.size > 0) {
    readSeq = Math.max(...unread)
    save('read', readSeq)
    unread.clear()
  }
  document.title = unread.size > 0 ? `(${unread.size}) ${title}` : title
  tellParent({ unread: unread.size })
}

function tellParent(message) {
  if (page) parent.postMessage({ deskbell: message }, page.origin)
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  const message = { text: text.value.trim() }
  if (!message.text) return text.focus()
  save('about', { name: name.value.trim(), email: email.value.trim() })
  if (name.value.trim()) message.name = name.value.trim()
  if (email.value.trim() && email.validity.valid) message.email = email.value.trim()
  // Said once for each page that the visitor writes from.
  if (page && load('page') !== page.href) {
    message.page = page.href
    save('page', page.href)
  }
  connection.write(message)
  text.value = ''
  text.focus()
  showAbout()
})

text.addEventListener('keydown', (event) => {
  // A key that ends the composing of a character is not meant for us.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  byId('composer').requestSubmit()
})

about.addEventListener('change', showAbout)

function showAbout() {
  const known = name.value.trim() || email.value.trim()
  about.querySelector('summary').textContent = known ? `You are ${known}` : 'Tell us your name (optional)'
}

if (page) {
  byId('close').hidden = false
  const close = () => {
    isPanelOpen = false
    tellParent('close')
  }
  byId('close').addEventListener('click', close)
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) close()
  })
  addEventListener('message', (event) => {
    if (event.source !== parent || event.origin !== page.origin) return
    isPanelOpen = event.data?.deskbell === 'open'
    if (!isPanelOpen) return
    countUnread()
    thread.scrollToEnd()
    text.focus()
  })
} else {
  text.focus()
}
document.addEventListener('visibilitychange', countUnread)

status.textContent = 'A person will answer you here'
const known = load('about')
name.value = known?.name ?? ''
email.value = known?.email ?? ''
showAbout()
connection.start()
countUnread()
