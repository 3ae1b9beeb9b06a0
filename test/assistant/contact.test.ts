import { expect, test } from 'vitest'
import { contactIn } from '../../src/assistant/contact.ts'

test.each([
  ['Open daily. Complaints: mia@bluebird.example, mia@bluebird.example.', 'mia@bluebird.example'],
  ['Questions and complaints go to mia@bluebird.example', 'mia@bluebird.example'],
  ['Contact: mia@bluebird.example\nOpen 9 to 5', 'mia@bluebird.example'],
  ['You can email us at mia@bluebird.example!', 'mia@bluebird.example'],
  ['Open daily, hello@bluebird.example', 'hello@bluebird.example'],
  ['Suppliers write to buy@bluebird.example. Customers reach us at mia@bluebird.example.', 'mia@bluebird.example'],
  ['Complaints:\n  mia@bluebird.example', 'mia@bluebird.example'],
  ['Beschwerden bitte an mia@bluebird.example', 'mia@bluebird.example'],
  ['Für Gäste: mia@bluebird.example', 'mia@bluebird.example'],
  ['Réclamations : mia@bluebird.example', 'mia@bluebird.example'],
  ['Escríbanos a mia@bluebird.example', 'mia@bluebird.example'],
  ['Domande? Scriveteci: mia@bluebird.example', 'mia@bluebird.example'],
  ['Contacte-nos: mia@bluebird.example', 'mia@bluebird.example'],
  ['Klachten: mia@bluebird.example', 'mia@bluebird.example'],
  ['Contact :\u00a0mia@bluebird.example', 'mia@bluebird.example'],
  ['Open daily, customers.bonn@x.example, kundenpost@bluebird.example', 'kundenpost@bluebird.example'],
])('"%s" sends customers to %s', (facts, address) => {
  expect(contactIn(facts)).toBe(address)
})

test.each([
  [''],
  ['Open daily'],
  ['Suppliers write to buy@bluebird.example'],
  ['Suppliers contact us at hello@bluebird.example'],
  ['Suppliers:\n  info@bluebird.example'],
  ['Press: info@bluebird.example'],
  ['Open daily, wine.info@bluebird.example'],
  ['A helper of ours is mia@bluebird.example'],
  ['Der interne Kundendienst: mia@bluebird.example'],
  ['Never send customers to mia@bluebird.example when they have complaints'],
  ["Customers shouldn't write to us at mia@bluebird.example"],
  ['No escriba a mia@bluebird.example'],
  ['Bewerbungen und Fragen dazu an mia@bluebird.example'],
  ['The kitchen is run by mia@bluebird.example'],
  ['Orders from the baker: email us. He is called mia@bluebird.example'],
  ['Complaints in Rome: mia@bluebird.example, in Bonn: ben@bluebird.example'],
])('"%s" plainly sends customers nowhere', (facts) => {
  expect(contactIn(facts)).toBe('')
})
