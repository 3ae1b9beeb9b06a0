/** Keeps small values in the browser; in memory alone where the browser forbids it. */

const prefix = 'deskbell:'
const memory = new Map()

export function load(key) {
  if (memory.has(key)) return memory.get(key)
  try {
    return JSON.parse(localStorage.getItem(prefix + key))
  } catch {
    return null
  }
}

export function save(key, value) {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value))
    memory.delete(key)
  } catch {
    memory.set(key, value)
  }
}

export function forget(key) {
  memory.delete(key)
  try {
    localStorage.removeItem(prefix + key)
  } catch {
    // It never got there.
  }
}

/** All values whose key begins so. Each unsent line has a key of its own, so that two tabs don't overwrite each other. */
export function loadAll(start) {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix + start))
    return keys.map((key) => load(key.slice(prefix.length)))
  } catch {
    return []
  }
}

/** Calls back when another tab changed the value. */
export function onOtherTab(key, changed) {
  addEventListener('storage', (event) => {
    if (event.key === prefix + key) changed()
  })
}
