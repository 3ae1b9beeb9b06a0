/** Offers, while something is typed, what could stand there. Without it, the box is a plain one. */
const waitMs = 120

for (const box of document.querySelectorAll('input[data-suggest]')) offer(box)

function offer(box) {
  const list = document.createElement('ul')
  list.id = `suggestions-${box.name}`
  list.className = 'suggestions'
  list.hidden = true
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'Suggestions')
  box.after(list)
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': list.id,
  }))
    box.setAttribute(name, value)
  let timer
  let turn = 0
  let from = 0

  const options = () => [...list.children]
  const chosen = () => list.querySelector('[aria-selected=true]')

  function close() {
    turn += 1
    clearTimeout(timer)
    list.hidden = true
    list.replaceChildren()
    box.setAttribute('aria-expanded', 'false')
    box.removeAttribute('aria-activedescendant')
  }

  async function ask() {
    const mine = (turn += 1)
    const before = box.value.slice(0, box.selectionStart)
    const response = await fetch(`${box.dataset.suggest}?${new URLSearchParams({ q: before })}`, {
      headers: { accept: 'application/json' },
    }).catch(() => null)
    const answer = response?.ok ? await response.json() : { suggestions: [] }
    if (mine !== turn || document.activeElement !== box) return
    from = answer.from
    list.replaceChildren(...answer.suggestions.map(optionOf))
    list.hidden = answer.suggestions.length === 0
    box.setAttribute('aria-expanded', String(!list.hidden))
    box.removeAttribute('aria-activedescendant')
  }

  function optionOf({ value, label }, index) {
    const option = document.createElement('li')
    option.id = `${list.id}-${index}`
    option.setAttribute('role', 'option')
    option.setAttribute('aria-selected', 'false')
    option.dataset.value = value
    option.dir = 'auto'
    option.textContent = label
    return option
  }

  function select(option) {
    chosen()?.setAttribute('aria-selected', 'false')
    option.setAttribute('aria-selected', 'true')
    option.scrollIntoView({ block: 'nearest' })
    box.setAttribute('aria-activedescendant', option.id)
  }

  function take(option) {
    const { value } = option.dataset
    box.setRangeText(value, from, box.selectionStart, 'end')
    close()
    box.focus()
    // What was taken may be a key, for which there are values.
    if (value.endsWith(':')) void ask()
  }

  box.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), waitMs)
  })
  box.addEventListener('blur', close)
  box.form.addEventListener('submit', close)
  box.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return
    const all = options()
    const at = all.indexOf(chosen())
    const steps = { ArrowDown: 1, ArrowUp: -1 }
    if (event.key in steps) {
      event.preventDefault()
      const start = at < 0 && event.key === 'ArrowUp' ? 0 : at
      select(all[(start + steps[event.key] + all.length) % all.length])
    } else if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0) {
      event.preventDefault()
      take(all[at])
    } else if (event.key === 'Escape') {
      event.preventDefault()
      close()
    }
  })
  // The box keeps the focus.
  list.addEventListener('mousedown', (event) => event.preventDefault())
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role=option]')
    if (option) take(option)
  })
}
