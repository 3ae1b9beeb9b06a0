/** The room in the browser: keeps the cards live, sends decisions, listens to keys. Without it, every form still works. */
let csrf = document.querySelector('meta[name=csrf]').content
const list = document.querySelector('[data-cards]')
const isSingle = list?.hasAttribute('data-single')
const filter = list?.dataset.filter
const title = document.title
const settledMs = 12_000

const cardNow = () => document.activeElement?.closest?.('article.card')
const cardById = (id) => [...document.querySelectorAll('article.card')].find((card) => card.dataset.id === id)
const parse = (html) => new DOMParser().parseFromString(html, 'text/html')

// Times

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

function duration(ms) {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const join = (big, rest, unit) => (rest > 0 ? `${big} ${rest} ${unit}` : big)
  if (hours < 24) return join(`${hours} h`, minutes % 60, 'min')
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h')
}

function tick() {
  const now = Date.now()
  for (const time of document.querySelectorAll('time[data-time]')) {
    const at = new Date(time.dateTime)
    const isToday = at.toDateString() === new Date(now).toDateString()
    const texts = {
      ago: () => duration(now - at),
      until: () => duration(at - now),
      clock: () => (isToday ? clock : dayAndClock).format(at),
    }
    const text = texts[time.dataset.time]()
    if (time.textContent !== text) time.textContent = text
    if (time.title === time.getAttribute('datetime')) time.title = exact.format(at)
  }
}

// Cards

function ready(card) {
  for (const button of card.querySelectorAll('[data-copy]')) button.hidden = false
  return card
}

/** Puts a newer card in the place of an older one; what was open stays open, and the focus stays. */
function replaceCard(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null
  for (const open of old.querySelectorAll('details[open][data-key]')) {
    const same = fresh.querySelector(`details[data-key="${open.dataset.key}"]`)
    if (same) same.open = true
  }
  old.replaceWith(ready(fresh))
  if (focused) (counterpart(focused, fresh) ?? fresh).focus({ preventScroll: true })
  noticeInDialog(fresh)
}

function counterpart(element, card) {
  if (element.dataset.key) return card.querySelector(`[data-key="${element.dataset.key}"]`)
  const details = element.closest('summary')?.parentElement
  return details?.dataset.key && card.querySelector(`[data-key="${details.dataset.key}"] > summary`)
}

function waitingOrder(card) {
  return card.dataset.waiting || '~'
}

function insertCard(fresh) {
  const others = [...list.children]
  if (filter !== 'open') return list.prepend(ready(fresh))
  // One that was just answered waits no more and has no place in the order.
  const after = others.find((card) => card.dataset.bucket === 'open' && waitingOrder(card) > waitingOrder(fresh))
  if (!after && document.querySelector('[data-more]')) return
  list.insertBefore(ready(fresh), after ?? null)
}

/** A card that belongs to another list now stays for a while, so that one sees what became of it. */
function settle(card) {
  if (isSingle || card.dataset.bucket === filter) return
  card.classList.add('settled')
  setTimeout(() => {
    if (!card.isConnected) return
    if (card.contains(document.activeElement) || dialogAbout === card.dataset.id) settle(card)
    else card.remove()
  }, settledMs)
}

function show(message) {
  const old = cardById(message.conversationId)
  if (old && Number(old.dataset.version) > message.version) return
  if (message.html === '') return old?.remove()
  const fresh = parse(message.html).querySelector('article.card')
  fresh.dataset.bucket = message.bucket
  if (old) {
    if (Number(old.dataset.version) < message.version) {
      if (fresh.dataset.seq !== old.dataset.seq && !fresh.classList.contains('is-answered'))
        notice(`${fresh.getAttribute('aria-label')} wrote again`)
      replaceCard(old, fresh)
      settle(fresh)
    }
  } else if (!isSingle && message.bucket === filter) {
    insertCard(fresh)
    if (fresh.isConnected) {
      fresh.classList.add('arrived')
      notice(`New: ${fresh.getAttribute('aria-label')}`)
    }
  }
  tick()
}

function notice(text) {
  document.getElementById('notice').textContent = text
}

function showCounts(counts) {
  if (!counts) return
  const text = (howMany) => (howMany > 999 ? '999+' : String(howMany))
  for (const place of document.querySelectorAll('[data-count]')) place.textContent = text(counts[place.dataset.count])
  document.title = counts.open > 0 ? `(${text(counts.open)}) ${title}` : title
}

// Live

const live = document.getElementById('live')
let pages = 1
let refreshing = null
let isSignedOut = false

/** Reads the whole list anew: what was pushed while this page was away got lost. */
async function refresh() {
  const fresh = []
  let counts = null
  let more = null
  let address = isSingle ? location.pathname : `/room/cards${location.search || '?filter=open'}`
  for (let page = 0; page < pages && address; page += 1) {
    const response = await fetch(address, { headers: { accept: isSingle ? 'text/html' : '*/*' } })
    if (response.status === 401 || response.redirected) return signedOut()
    if (response.status === 404 && isSingle) return
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const part = parse(await response.text())
    csrf = part.querySelector('[name=csrf]')?.value ?? csrf
    const cards = part.querySelector('[data-cards]')
    counts = JSON.parse(cards.dataset.counts)
    fresh.push(...cards.querySelectorAll('article.card'))
    more = part.querySelector('[data-more]')
    address = more && `/room/cards${new URL(more.href, location.href).search}`
  }
  const ids = new Set(fresh.map((card) => card.dataset.id))
  const isMissing = (card) => !ids.has(card.dataset.id) && !card.classList.contains('settled')
  for (const old of Array.from(list.children).filter(isMissing)) leave(old)
  let place = list.firstElementChild
  for (const card of fresh) {
    while (place && !ids.has(place.dataset.id)) place = place.nextElementSibling
    const old = cardById(card.dataset.id)
    if (!old) list.insertBefore(ready(card), place)
    else {
      const isNext = old === place
      if (isNext) place = place.nextElementSibling
      const isNewer = Number(card.dataset.version) > Number(old.dataset.version)
      if (!isNext && !old.contains(document.activeElement)) list.insertBefore(old, place)
      if (isNewer) replaceCard(old, card)
    }
  }
  showMore(more)
  showCounts(counts)
  tick()
}

function leave(card) {
  if (card.contains(document.activeElement) || dialogAbout === card.dataset.id) {
    card.dataset.bucket = ''
    settle(card)
  } else card.remove()
}

function showMore(link) {
  document.querySelector('[data-more]')?.remove()
  if (link) list.after(link)
}

/** Tries until it worked; several calls at once are one. */
function keepRefreshed() {
  if (isSignedOut) return
  refreshing ??= refresh()
    .then(() => {
      refreshing = null
      if (!isSignedOut) setLive('Live', true)
    })
    .catch(() => {
      setLive('Trying to reach the room…', false)
      setTimeout(() => {
        refreshing = null
        keepRefreshed()
      }, 2000)
    })
}

function setLive(text, isLive) {
  live.hidden = false
  live.textContent = text
  live.classList.toggle('off', !isLive)
}

let events = null

function listen() {
  isSignedOut = false
  events?.close()
  events = new EventSource('/room/events')
  events.addEventListener('open', keepRefreshed)
  events.addEventListener('card', (event) => show(JSON.parse(event.data)))
  events.addEventListener('counts', (event) => showCounts(JSON.parse(event.data)))
  events.addEventListener('error', () => {
    if (events?.readyState !== EventSource.CLOSED) return setLive('Reconnecting…', false)
    // Refused: the list says whether the server is down or the session is over.
    events = null
    keepRefreshed()
    setTimeout(() => {
      if (!events && !isSignedOut) listen()
    }, 2000)
  })
}

function signedOut() {
  isSignedOut = true
  events?.close()
  events = null
  setLive('Signed out', false)
  toast('You are signed out. Sign in again, and go on where you were.', { text: 'Sign in', href: '/sign-in' })
}

// Decisions

function toast(text, link) {
  const item = document.createElement('div')
  item.className = 'toast'
  item.setAttribute('role', 'alert')
  item.textContent = text
  if (link) item.append(' ', Object.assign(document.createElement('a'), { textContent: link.text, href: link.href }))
  document.getElementById('toasts').append(item)
  setTimeout(() => item.remove(), 12_000)
}

/** Resolves to the answer, whatever it was: `{ reason, card }`, with `reason` null when it was done. */
async function post(form, submitter) {
  const fields = Object.fromEntries(new FormData(form, submitter))
  const response = await fetch(form.getAttribute('action'), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf': csrf },
    body: JSON.stringify(fields),
  })
  if (response.status === 401) signedOut()
  return response.json()
}

async function decide(form, submitter) {
  if (form.hasAttribute('data-busy')) return
  form.setAttribute('data-busy', '')
  const answer = await post(form, submitter).catch(() => ({
    reason: 'No answer from Deskbell. Look at the card before you try again.',
    card: null,
  }))
  form.removeAttribute('data-busy')
  if (answer.card) show(answer.card)
  if (form.closest('dialog')) {
    if (answer.reason === null) return closeDialog(true)
    const fresh = answer.card && cardById(answer.card.conversationId)
    if (fresh) refreshDialog(fresh)
    return showInDialog(answer.reason)
  }
  if (answer.reason !== null) toast(answer.reason)
}

// The dialog

const dialog = document.createElement('dialog')
dialog.className = 'ask-dialog'
dialog.setAttribute('aria-labelledby', 'dialog-title')
dialog.innerHTML = `<header><h2 id="dialog-title"></h2><button type="button" class="close" aria-label="Close">×</button></header>
  <div class="dialog-thread"></div><p class="alert" role="alert" hidden></p>
  <p class="note" hidden><span></span> <button type="button" class="link"></button></p><div class="dialog-form"></div>`
document.body.append(dialog)
let dialogAbout = null
let dialogAsk = null
let noteRun = null

const keyOf = () => `deskbell:${dialogAbout}:${dialogAsk}`
const dialogText = () => dialog.querySelector('textarea')

function openDialog(details) {
  const card = details.closest('article.card')
  dialogAbout = card.dataset.id
  dialogAsk = details.dataset.ask
  const summary = details.querySelector('summary').cloneNode(true)
  summary.querySelector('kbd')?.remove()
  dialog.querySelector('h2').textContent =
    `${summary.textContent.replace('…', '').trim()} · ${card.querySelector('h2').textContent.trim()}`
  dialog.querySelector('.dialog-form').replaceChildren(details.querySelector('form').cloneNode(true))
  showThread(card)
  showInDialog(null)
  hideNote()
  for (const hidden of dialog.querySelectorAll('[data-quick], [data-choose]')) hidden.hidden = false
  setTimes()
  const area = dialogText()
  const kept = area && sessionStorage.getItem(keyOf())
  if (kept && kept !== area.value) {
    const original = area.value
    area.value = kept
    showNote('This is the text that you left here.', original ? 'Take the draft instead' : 'Clear', () => {
      area.value = original
      sessionStorage.removeItem(keyOf())
      count()
      hideNote()
    })
  }
  dialog.showModal()
  count()
  const first = dialog.querySelector('[data-autofocus]')
  first?.focus()
  if (area) area.setSelectionRange(area.value.length, area.value.length)
}

function showThread(card) {
  const thread = dialog.querySelector('.dialog-thread')
  const isTextAsked = dialogAsk === 'edit' || dialogAsk === 'redraft'
  const unanswered = card.querySelectorAll('.thread > .turn.unanswered')
  const turns = unanswered.length > 0 ? unanswered : card.querySelectorAll('.thread > .turn')
  thread.hidden = !isTextAsked
  thread.replaceChildren(...[...turns].map((turn) => turn.cloneNode(true)))
  thread.scrollTop = thread.scrollHeight
}

/** After a refusal: shows what is new, and lets the next try name it. */
function refreshDialog(card) {
  if (!dialog.open || card.dataset.id !== dialogAbout) return
  showThread(card)
  hideNote()
  const fresh = card.querySelector(`[data-ask="${dialogAsk}"] form`)
  for (const name of ['seenSeq', 'target']) {
    const [from, to] = [fresh, dialog.querySelector('form')].map((form) => form?.elements.namedItem(name))
    if (from && to) to.value = from.value
  }
}

/** The card changed under an open dialog: the text stays, and the person decides when to look. */
function noticeInDialog(card) {
  if (!dialog.open || card.dataset.id !== dialogAbout) return
  const seen = dialog.querySelector('[name=seenSeq]')?.value
  if (seen === undefined || seen === card.dataset.seq) return
  showNote('They wrote again.', 'Show it', () => refreshDialog(cardById(card.dataset.id)))
}

function showNote(text, action, run) {
  const note = dialog.querySelector(':scope > .note')
  note.hidden = false
  note.querySelector('span').textContent = text
  const button = note.querySelector('button')
  button.textContent = action
  noteRun = run
}

function hideNote() {
  dialog.querySelector(':scope > .note').hidden = true
}

function showInDialog(reason) {
  const alert = dialog.querySelector(':scope > .alert')
  alert.hidden = reason === null
  alert.textContent = reason ?? ''
}

function closeDialog(isDone) {
  if (isDone) sessionStorage.removeItem(keyOf())
  const id = dialogAbout
  dialogAbout = null
  dialog.close()
  cardById(id)?.focus({ preventScroll: true })
}

function count() {
  const area = dialog.querySelector('textarea[data-max]')
  if (!area) return
  const max = Number(area.dataset.max)
  const length = [...area.value].length
  const counter = dialog.querySelector('.counter')
  counter.textContent = `${length.toLocaleString()} of ${max.toLocaleString()} characters`
  counter.classList.toggle('over', length > max)
  area.setCustomValidity(length > max ? `This channel takes at most ${max} characters.` : '')
}

/** "Tomorrow" and "Monday" begin at 9:00 where this browser is. */
function setTimes() {
  const morning = (days) => {
    const at = new Date()
    at.setDate(at.getDate() + days)
    at.setHours(9, 0, 0, 0)
    return at.toISOString()
  }
  const untilMonday = (8 - new Date().getDay()) % 7 || 7
  const times = { tomorrow: ['Tomorrow 9:00', morning(1)], monday: ['Monday 9:00', morning(untilMonday)] }
  for (const [name, [text, value]] of Object.entries(times)) {
    const button = dialog.querySelector(`[data-until=${name}]`)
    if (button) Object.assign(button, { textContent: text, value })
  }
}

dialog.addEventListener('input', (event) => {
  if (event.target.matches('textarea')) sessionStorage.setItem(keyOf(), event.target.value)
  count()
})
dialog.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) dialog.querySelector('form')?.requestSubmit()
})
dialog.addEventListener('cancel', (event) => {
  event.preventDefault()
  closeDialog(false)
})

// What people do

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.hasAttribute('data-decide')) {
    event.preventDefault()
    const { submitter } = event
    if (submitter?.dataset.until === 'chosen') {
      const local = form.querySelector('[data-local]').value
      if (!local) return showInDialog('Choose a day and a time.')
      submitter.value = new Date(local).toISOString()
    }
    void decide(form, submitter)
  } else if (form.matches('.command')) {
    event.preventDefault()
    void command(form)
  }
})

async function command(form) {
  const answer = await post(form).catch(() => ({ reason: 'No answer from Deskbell. Try again in a moment.' }))
  const panel = document.getElementById('answer')
  if (answer.html === undefined) return toast(answer.reason)
  panel.replaceChildren(...parse(answer.html).body.children)
  form.reset()
}

document.addEventListener('click', (event) => {
  const target = event.target
  const ask = target.closest('[data-ask] > summary')
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(target) || ask) menu.open = false
  if (ask) {
    event.preventDefault()
    return openDialog(ask.parentElement)
  }
  if (target.closest('.ask-dialog > .note .link')) return noteRun()
  if (target.closest('.ask-dialog .close')) return closeDialog(false)
  if (target.closest('[data-close]')) {
    event.preventDefault()
    return document.getElementById('answer').replaceChildren()
  }
  if (target.closest('[data-start]')) return startFrom(target.closest('.field-block').querySelector('textarea'))
  if (target.closest('[data-copy]')) return copy(target.closest('article.card'))
  const fill = target.closest('[data-fill]')
  if (fill) {
    const area = dialogText()
    area.value = [area.value.trim(), fill.dataset.fill].filter(Boolean).join(', ')
    area.dispatchEvent(new Event('input', { bubbles: true }))
    return area.focus()
  }
  if (target.closest('[data-more]')) {
    event.preventDefault()
    pages += 1
    keepRefreshed()
  }
})

/** Makes the text that stands there in grey one's own, to be changed. */
function startFrom(area) {
  area.value = area.placeholder
  area.focus()
}

async function copy(card) {
  const text = card.querySelector('[data-copy-text], .draft .words')?.textContent ?? ''
  try {
    await navigator.clipboard.writeText(text)
    toast('Copied.')
  } catch {
    toast('The browser did not allow copying. Select the text and copy it.')
  }
}

function move(step) {
  const cards = [...document.querySelectorAll('article.card')]
  const at = cards.indexOf(cardNow())
  const next = cards[at < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, at + step))]
  next?.focus({ preventScroll: true })
  next?.scrollIntoView({
    block: 'nearest',
    behavior: matchMedia('(prefers-reduced-motion)').matches ? 'auto' : 'smooth',
  })
}

function press(action) {
  const card = cardNow() ?? (isSingle ? list.querySelector('article.card') : null)
  card?.querySelector(`.actions [data-key="${action}"]`)?.click()
}

const keys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  a: () => press('approve'),
  e: () => press('edit'),
  r: () => press('redraft'),
  d: () => press('dismiss'),
  u: () => press('undo'),
  '/': () => document.querySelector('.command [name=text]')?.focus(),
  '?': () => document.getElementById('keys')?.showModal(),
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (menu.contains(event.target)) menu.querySelector('summary').focus()
      menu.open = false
    }
    if (event.target.matches('.command [name=text]')) event.target.blur()
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return
  if (event.target.closest('input, textarea, select, dialog')) return
  const isArrow = event.key.startsWith('Arrow')
  const run = list && keys[isArrow ? event.key : event.key.toLowerCase()]
  if (!run || (isArrow && !cardNow())) return
  event.preventDefault()
  run()
})

if (list) {
  for (const card of list.children) ready(card)
  showCounts(JSON.parse(list.dataset.counts))
  listen()
  setInterval(keepRefreshed, 60_000)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && events) keepRefreshed()
    else if (!document.hidden) listen()
    else if (isSingle) {
      // Browsers allow few connections to one server: tabs that nobody sees give theirs back.
      events?.close()
      events = null
    }
  })
}
tick()
setInterval(tick, 1000)
