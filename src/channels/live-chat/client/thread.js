/** The conversation on the screen. Text is only ever set as text. */

const timeOf = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const dayOf = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

const states = { sending: 'Sending…', waiting: 'Not sent yet', sent: 'Sent' }

/** `retry` and `discard` are called with the id of a line of the visitor's own. */
export function createThread(list, scroller, { retry, discard }) {
  const items = new Map()

  function create(line) {
    const item = element('li', line.from === 'team' ? 'team' : 'mine')
    const time = element('time')
    const note = element('p', 'note')
    if (line.from === 'team' && line.name) note.append(element('span', 'name', line.name), ' · ')
    note.append(time, element('span', 'state'))
    item.append(element('p', 'text', line.text), note)
    items.set(line.id, item)
    return item
  }

  function setState(item, state, reason) {
    item.classList.remove('sending', 'waiting', 'refused', 'sent')
    item.classList.add(state)
    item.querySelector('.state').textContent = states[state] ?? `Not sent: ${reason}`
  }

  function setTime(item, at) {
    const date = new Date(at)
    const time = item.querySelector('time')
    time.dateTime = date.toISOString()
    time.textContent = (date.toDateString() === new Date().toDateString() ? timeOf : dayOf).format(date)
  }

  function setButtons(item, buttons) {
    for (const old of item.querySelectorAll('button')) old.remove()
    for (const [label, pressed] of buttons) {
      const button = element('button', '', label)
      button.type = 'button'
      button.addEventListener('click', pressed)
      item.querySelector('.note').append(button)
    }
  }

  /** Keeps the newest line in view, unless the reader has scrolled up to older ones. */
  function stayAtEnd(change, always = false) {
    const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
    change()
    if (isAtEnd || always) scroller.scrollTop = scroller.scrollHeight
  }

  return {
    /** Shows a line of the visitor's own on its way out. `state`: sending, waiting, refused or sent. */
    showOwn(line, state, reason) {
      stayAtEnd(() => {
        const isNew = !items.has(line.id)
        const item = items.get(line.id) ?? create({ ...line, from: 'customer' })
        if (isNew) {
          setTime(item, line.at)
          item.dataset.pending = ''
          list.append(item)
        }
        setState(item, state, reason)
        const again = ['Try again', () => retry(line.id)]
        setButtons(item, { waiting: [again], refused: [again, ['Discard', () => discard(line.id)]] }[state] ?? [])
      }, state === 'sending')
    },

    /** Shows a line as the server has it, before those that the server doesn't have yet. */
    place(line) {
      stayAtEnd(() => {
        const item = items.get(line.id) ?? create(line)
        setTime(item, line.at)
        if (line.from === 'customer') {
          setState(item, 'sent')
          setButtons(item, [])
        }
        const next = list.querySelector('[data-pending]')
        if (next !== item || !item.isConnected) list.insertBefore(item, next)
        delete item.dataset.pending
      })
    },

    remove(id) {
      items.get(id)?.remove()
      items.delete(id)
    },

    /** Takes away what the server had; lines that are still to be sent stay. */
    clearPlaced() {
      for (const [id, item] of items) if (!('pending' in item.dataset)) this.remove(id)
    },

    scrollToEnd: () => (scroller.scrollTop = scroller.scrollHeight),
  }
}

function element(name, className = '', text = '') {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
