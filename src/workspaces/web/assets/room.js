/** The room in the browser: keeps the cards live, sends decisions, listens to keys. Without it, every form still works. */
let csrf = document.querySelector('meta[name=csrf]').content
const list = document.querySelector('[data-cards]')
const isSingle = list?.hasAttribute('data-single')
const filter = list?.dataset.filter
const title = document.title
const settledMs = 12_000
const soonMs = 15 * 60_000

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
const yearAndClock = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const weekdayAndClock = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' })
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
  // The card is told within a minute what can be done then.
  for (const closing of document.querySelectorAll('[data-closes]:not(.late)')) {
    const [word, time] = closing.children
    if (new Date(time.dateTime) > now) continue
    closing.classList.add('late')
    word.textContent = 'Reply window closed'
    time.dataset.time = 'clock'
  }
  for (const time of document.querySelectorAll('time[data-time]')) {
    const at = new Date(time.dateTime)
    const isToday = at.toDateString() === new Date(now).toDateString()
    const isThisYear = at.getFullYear() === new Date(now).getFullYear()
    const texts = {
      ago: () => duration(now - at),
      until: () => duration(at - now),
      clock: () => (isToday ? clock : isThisYear ? dayAndClock : yearAndClock).format(at),
    }
    const text = texts[time.dataset.time]()
    if (time.textContent !== text) time.textContent = text
    if (time.title === time.getAttribute('datetime')) time.title = exact.format(at)
  }
  for (const due of document.querySelectorAll('[data-due]')) {
    const left = new Date(due.dataset.due) - now
    const word = due.firstElementChild
    due.classList.toggle('late', left < 0)
    due.classList.toggle('warn', left >= 0 && left < soonMs)
    if (left < 0 && word.textContent !== 'Late since') word.textContent = 'Late since'
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
  // What a notice is about may be dealt with now.
  if (message.bucket !== 'open' && document.querySelector('#notices > *')) refreshNotices().catch(keepRefreshed)
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
  await refreshNotices()
  tick()
}

/** What the team should know while it works. */
async function refreshNotices() {
  const old = document.getElementById('notices')
  if (!old) return
  const response = await fetch('/room/notices')
  const fresh = response.ok && parse(await response.text()).getElementById('notices')
  if (!fresh) return
  const keyOf = (one) => one.dataset.key + one.querySelector('time').dateTime
  for (const open of old.querySelectorAll('details[open]')) {
    const same = Array.from(fresh.children).find((one) => keyOf(one) === keyOf(open))
    if (same) same.open = true
  }
  const known = new Set(Array.from(old.children, keyOf))
  const added = Array.from(fresh.children).find((one) => !known.has(keyOf(one)))
  if (!old.contains(document.activeElement)) old.replaceWith(fresh)
  if (added) notice((added.querySelector('summary') ?? added).textContent.trim().replace(/\s+/g, ' '))
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
  events.addEventListener('bulletin', () => refreshNotices().catch(keepRefreshed))
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

const noAnswer = { reason: 'No answer from Deskbell. Look at the card before you try again.', card: null }

/** Resolves to the answer, whatever it was. `reason`: why nothing was done; null when it was. */
async function post(form, submitter) {
  const data = new FormData(form, submitter)
  const fields = {}
  for (const name of new Set(data.keys())) {
    const values = data.getAll(name)
    fields[name] = values.length > 1 ? values : values[0]
  }
  const response = await fetch(form.getAttribute('action'), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf': csrf },
    body: JSON.stringify(fields),
  })
  if (response.status === 401) signedOut()
  return response.json()
}

/** Once, however often it is pressed. Null: it is under way already. */
async function postOnce(form, submitter) {
  if (form.hasAttribute('data-busy')) return null
  form.setAttribute('data-busy', '')
  const answer = await post(form, submitter).catch(() => noAnswer)
  form.removeAttribute('data-busy')
  if (answer.card) show(answer.card)
  return answer
}

async function decide(form, submitter) {
  const answer = await postOnce(form, submitter)
  if (!answer) return
  if (answer.said) toast(answer.said)
  if (answer.reason) toast(answer.reason)
  else if (form.dataset.done) {
    const done = Object.assign(document.createElement('span'), { textContent: form.dataset.done, tabIndex: -1 })
    form.replaceWith(done)
    done.focus()
  }
}

/** Carries a form out. What is wrong stands beside its field; nothing that was typed is lost. */
async function submit(form, submitter) {
  const answer = await postOnce(form, submitter)
  if (!answer) return
  const isAsked = dialog.open && dialog.contains(form)
  if (answer.errors) return showErrors(form, answer.errors)
  if (answer.reason) {
    if (!isAsked) return toast(answer.reason)
    if (answer.html) takeOver(parse(answer.html))
    else if (answer.card && !dialogText()) {
      toast(answer.reason)
      return closeDialog(false)
    }
    return showInDialog(answer.reason)
  }
  if (isAsked) closeDialog(true)
  if (answer.said) toast(answer.said)
  if (document.querySelector('[data-fresh]')) await refreshPart()
}

function showErrors(form, errors) {
  const others = []
  for (const place of form.querySelectorAll('[data-field]')) tellField(place, '')
  for (const [id, text] of Object.entries(errors)) {
    const place = [...form.querySelectorAll('[data-field]')].find((one) => one.dataset.field === id)
    if (place) tellField(place, text)
    else others.push(text)
  }
  if (dialog.open) showInDialog(others.join(' ') || null)
  form.querySelector('[aria-invalid]')?.focus()
}

function tellField(place, text) {
  const error = place.querySelector('.error')
  error.hidden = text === ''
  error.textContent = text
  for (const control of place.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (text) control.setAttribute('aria-invalid', 'true')
    else control.removeAttribute('aria-invalid')
  }
}

/** The part of the page that forms change, read anew; what was typed elsewhere on the page stays. */
async function refreshPart() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } })
  const fresh = response.ok && parse(await response.text()).querySelector('[data-fresh]')
  if (fresh) {
    const old = document.querySelector('[data-fresh]')
    const { activeElement } = document
    const like = (root) => [...root.querySelectorAll('a, button')].filter((one) => one.isEqualNode(activeElement))
    const at = like(old).indexOf(activeElement)
    old.replaceWith(fresh)
    like(fresh)[at]?.focus()
  }
  tick()
}

// The dialog

const dialog = document.createElement('dialog')
dialog.className = 'ask-dialog'
dialog.setAttribute('aria-labelledby', 'dialog-title')
dialog.innerHTML = `<header><h2 id="dialog-title"></h2><button type="button" class="close" aria-label="Close">×</button></header>
  <p class="alert" role="alert" hidden></p>
  <p class="note" hidden><span></span> <button type="button" class="link"></button></p><div class="dialog-form"></div>`
document.body.append(dialog)
/** The conversation that the open dialog is about, if it is about one. */
let dialogAbout = null
let dialogPath = null
let asked = 0
let opener = null
let noteRun = null

const keyOf = () => `deskbell:${dialogPath}`
const dialogText = () => dialog.querySelector('.asking textarea')
const asking = () => dialog.querySelector('.asking')

/** What a server says to a question: `{ html }`, or `{ reason }`. */
async function ask(address) {
  const response = await fetch(address, { headers: { accept: 'application/json' } })
  if (response.status === 401) signedOut()
  return response.json()
}

/** Opens the form that is found at an address. */
async function openDialog(address, from) {
  const turn = (asked += 1)
  const card = from?.closest('article.card')
  const answer = await ask(address).catch(() => ({ reason: 'No answer from Deskbell. Try again in a moment.' }))
  if (turn !== asked || dialog.open) return
  if (answer.card) show(answer.card)
  if (!answer.html) return toast(answer.reason)
  dialogAbout = card?.dataset.id ?? null
  opener = from?.matches('form') ? from.querySelector('button') : from
  const form = parse(answer.html).querySelector('.asking')
  dialogPath = form.dataset.asking
  const name = card?.querySelector('h2').textContent.trim()
  dialog.querySelector('h2').textContent = name ? `${form.dataset.title} · ${name}` : form.dataset.title
  dialog.querySelector('.dialog-form').replaceChildren(form)
  showInDialog(null)
  hideNote()
  prepare(form)
  takeBack()
  dialog.showModal()
  count()
  const context = form.querySelector('.context')
  if (context) context.scrollTop = context.scrollHeight
  form.querySelector('[autofocus]')?.focus()
  const area = dialogText()
  if (area) area.setSelectionRange(area.value.length, area.value.length)
  const now = card && cardById(card.dataset.id)
  if (now) noticeInDialog(now)
}

/** What this browser knows better: the reader's own time zone. */
function prepare(root) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  for (const hidden of root.querySelectorAll('[data-quick]')) hidden.hidden = false
  for (const zone of root.querySelectorAll('[name=zone]')) zone.value = timeZone
  for (const field of root.querySelectorAll('input[data-at]'))
    if (field.dataset.at) field.value = localText(field.dataset.at)
  for (const note of root.querySelectorAll('[data-zone-note]')) {
    note.textContent = note.dataset.zoneNote
    note.hidden = note.textContent === ''
  }
  for (const choice of root.querySelectorAll('.asking option, .asking button[value], .asking [type=radio]')) {
    if (!/^\d{4}-\d\d-\d\dT.*Z$/.test(choice.value)) continue
    const at = new Date(choice.value)
    const label = choice.closest('label') ?? choice
    label.title = exact.format(at)
    if (!label.textContent.includes(localText(at).slice(11))) label.append(` (${weekdayAndClock.format(at)} here)`)
  }
}

function localText(moment) {
  const at = new Date(moment)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

// What fills the blanks of one template is wrong for another.
const ownFields = () => [...(asking()?.querySelectorAll('[name^="text:"], [name="choice:template"]') ?? [])]
const isRadio = (field) => field.type === 'radio'
const stateOf = (field) => (isRadio(field) ? 'checked' : 'value')
const placeOf = (field) => (isRadio(field) ? `${field.name}=${field.value}` : field.name)

/** Puts back what was left here, as it was. */
function takeBack() {
  if (!asking().hasAttribute('data-keep')) return
  const kept = JSON.parse(sessionStorage.getItem(keyOf()) ?? '{}')
  const isOther = (field) => ![undefined, field[stateOf(field)]].includes(kept[placeOf(field)])
  const changed = ownFields().filter(isOther)
  if (changed.length === 0) return
  const originals = changed.map((field) => field[stateOf(field)])
  const hasDraft = changed.some((field) => field.name.startsWith('text:') && field.value)
  for (const field of changed) field[stateOf(field)] = kept[placeOf(field)]
  showNote('This is the text that you left here.', hasDraft ? 'Take the draft instead' : 'Clear', () => {
    for (const [index, field] of changed.entries()) field[stateOf(field)] = originals[index]
    sessionStorage.removeItem(keyOf())
    count()
    hideNote()
  })
}

/** After a refusal: shows what is new, and lets the next try name it. What was typed stays. */
function takeOver(part) {
  const fresh = part.querySelector('.asking')
  const old = asking()
  if (!fresh || !old) return
  const context = fresh.querySelector('.context')
  old.querySelector('.context')?.remove()
  if (context) old.prepend(context)
  if (fresh.dataset.seq) old.dataset.seq = fresh.dataset.seq
  const about = fresh.querySelector('[name=about]').value
  for (const field of old.querySelectorAll('[name=about]')) field.value = about
  if (context) context.scrollTop = context.scrollHeight
  hideNote()
}

/** The card changed under an open dialog: the text stays, and the person decides when to look. */
function noticeInDialog(card) {
  if (!dialog.open || card.dataset.id !== dialogAbout) return
  const { seq } = asking().dataset
  if (seq === undefined || Number(seq) >= Number(card.dataset.seq)) return
  showNote('They wrote again.', 'Show it', async () => {
    const answer = await ask(dialogPath).catch(() => ({ reason: 'No answer from Deskbell. Try again in a moment.' }))
    if (answer.html) takeOver(parse(answer.html))
    else showInDialog(answer.reason)
  })
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
  if (id === null) opener?.focus?.({ preventScroll: true })
  else cardById(id)?.focus({ preventScroll: true })
}

/** How much of what fits is written, in every long text. */
function count() {
  for (const area of document.querySelectorAll('textarea[data-max]')) {
    const max = Number(area.dataset.max)
    const { length } = area.value
    const counter = area.closest('[data-field]').querySelector('.counter')
    counter.textContent = `${length.toLocaleString()} of ${max.toLocaleString()} characters`
    counter.classList.toggle('over', length > max)
    area.setCustomValidity(length > max ? `At most ${max.toLocaleString()} characters.` : '')
  }
}

document.addEventListener('input', (event) => {
  count()
  if (!dialog.contains(event.target) || !asking()?.hasAttribute('data-keep')) return
  sessionStorage.setItem(
    keyOf(),
    JSON.stringify(Object.fromEntries(ownFields().map((field) => [placeOf(field), field[stateOf(field)]]))),
  )
})
document.addEventListener('keydown', (event) => {
  const isSend = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
  if (isSend && event.target.matches('.asking textarea')) event.target.form.requestSubmit()
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
    void decide(form, event.submitter)
  } else if (form.hasAttribute('data-ask')) {
    event.preventDefault()
    void openDialog([form.getAttribute('action'), new URLSearchParams(new FormData(form))].join('?'), form)
  } else if (form.hasAttribute('data-submit')) {
    // A form on a page of its own leads on to the next page by itself, once.
    if (!dialog.contains(form) && !form.closest('[data-fresh]')) {
      if (form.hasAttribute('data-busy')) event.preventDefault()
      return form.setAttribute('data-busy', '')
    }
    event.preventDefault()
    void submit(form, event.submitter)
  } else if (form.matches('.command')) {
    event.preventDefault()
    void command(form)
  }
})

async function command(form) {
  const answer = await post(form).catch(() => ({ reason: 'No answer from Deskbell. Try again in a moment.' }))
  const panel = document.getElementById('answer')
  if (answer.location?.startsWith('/forms/')) {
    form.reset()
    return openDialog(answer.location, form.querySelector('[name=text]'))
  }
  if (answer.location) return location.assign(answer.location)
  if (answer.html === undefined) return toast(answer.reason)
  panel.replaceChildren(...parse(answer.html).body.children)
  form.reset()
}

document.addEventListener('click', (event) => {
  const target = event.target
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(target) || target.closest('[data-ask]')) menu.open = false
  const link = target.closest('a[data-ask]')
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault()
    return openDialog(link.getAttribute('href'), link)
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
    const area = fill.closest('.asking').querySelector('textarea')
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
  s: () => press('schedule'),
  d: () => press('dismiss'),
  l: () => document.querySelector('a[data-ask]')?.click(),
  u: () => press('undo'),
  '/': () => document.querySelector('.command [name=text], .search [name=q]')?.focus(),
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
  const run = (list || event.key === '/') && keys[isArrow ? event.key : event.key.toLowerCase()]
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
// Back on a page that was left by sending its form.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-busy]')) form.removeAttribute('data-busy')
})
prepare(document)
count()
tick()
setInterval(tick, 1000)
