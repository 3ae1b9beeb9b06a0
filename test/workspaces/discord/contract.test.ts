import type { APIMessage } from 'discord.js'
import { afterAll, beforeAll, expect } from 'vitest'
import type { ActionId } from '../../../src/workspaces/card.ts'
import type { FormValue } from '../../../src/workspaces/form.ts'
import { formPrefix, readPress, type Pressed } from '../../../src/workspaces/discord/components/ids.ts'
import { shelvedForm, type ShelvedForm } from '../../../src/workspaces/discord/components/modal.ts'
import { hasMarks } from '../../../src/workspaces/discord/components/marks.ts'
import { readModal } from '../../../src/workspaces/discord/components/read-modal.ts'
import type { OpenModal, Told } from '../../support/discord/exchanges.ts'
import { startDiscord } from '../../support/discord/open.ts'
import { componentsIn, type Component, type Filled } from '../../support/discord/payloads.ts'
import { standingIn, startDiscordPeer, type DiscordPeer } from '../../support/discord/peer.ts'
import { readAsPerson } from '../../support/discord/read-as-person.ts'
import { modalText, readTyped } from '../../support/discord/screen.ts'
import { testWorkspace, type Person, type SeenCard, type SeenField } from '../contract/test-workspace.ts'

let peer: DiscordPeer
beforeAll(async () => {
  peer = await startDiscordPeer()
})
afterAll(async () => {
  expect(peer.refused).toEqual([])
  await peer.close()
})

for (const how of ['http', 'gateway'] as const) {
  testWorkspace({
    name: how === 'http' ? 'Discord' : 'Discord over the gateway',
    async open({ io, handlers }) {
      const { workspace, person: personAt } = await startDiscord(peer, how, { io, handlers })
      const [ana, ben] = [personNamed('ana'), personNamed('ben')]
      return {
        workspace,
        room: `${peer.guild}/${peer.channels.support}`,
        ana,
        ben,
        close: () => workspace.stop(),
      }

      function personNamed(name: 'ana' | 'ben'): Person {
        const person = personAt(name)
        const { screen } = person
        screen.modal = null
        const firstShown = screen.shown.length

        /** Does something, and waits for all that comes of it. */
        async function doing(act: Promise<unknown>): Promise<void> {
          await act
          await workspace.idle(5000)
        }
        const toldNow = (): Told | null =>
          screen.shown.slice(firstShown).findLast(({ told }) => !told.isGone)?.told ?? null
        async function pressTold(wanted: Pressed['kind']): Promise<void> {
          const told = toldNow()
          const id = told && pressesIn(told.message).find(({ pressed }) => pressed.kind === wanted)?.id
          if (told && id) await doing(person.press(told, id))
        }
        const noteOf = async ({ data }: OpenModal): Promise<ShelvedForm> =>
          shelvedForm.parse(await io.shelf.get(data.custom_id.slice(formPrefix.length)))

        return {
          teammate: { id: person.id, name },
          async looks(conversationId) {
            const cards = (await peer.messages(peer.channels.support)).filter(({ components }) =>
              hasMarks(components, `card:${conversationId}`),
            )
            return cards.map((message): SeenCard => {
              const { text, links } = readAsPerson(message)
              return { text, links, actions: actionsOf(message).map(({ action }) => action), source: message }
            })
          },
          async click({ source }, action) {
            const message = source as APIMessage
            const found = actionsOf(message).find((one) => one.action === action)
            if (!found) throw new Error(`The card has no ${action}`)
            await doing(person.press(message, found.id))
            if (found.kind === 'ask') await pressTold('yes')
          },
          async form() {
            if (!screen.modal) await pressTold('again')
            const { modal } = screen
            if (!modal) return null
            const note = await noteOf(modal)
            const parts = labelled(modal)
            const data = { custom_id: modal.data.custom_id, components: parts.map(submittedAsItStands) }
            const { values } = readModal(data as Parameters<typeof readModal>[0], note, peer.guild)
            return {
              text: modalText(modal),
              fields: note.fields.map(({ id }, index): SeenField => {
                const warning = /^⚠️ (.*)$/.exec(String(partOf(parts, index)?.['description'] ?? ''))
                const value = values[id] ?? ''
                return { id, value: Array.isArray(value) ? value : String(value), error: warning?.[1] ?? null }
              }),
            }
          },
          async submit(typed) {
            if (!screen.modal) await pressTold('again')
            const { modal } = screen
            if (!modal) throw new Error('No form is open')
            const note = await noteOf(modal)
            const filled: Filled = {}
            for (const [id, value] of Object.entries(typed)) {
              const index = note.fields.findIndex((field) => field.id === id)
              const field = note.fields[index]
              if (!field) throw new Error(`The form has no ${id}`)
              filled[String(index)] = byHand(value, field)
            }
            await doing(person.submit(modal, filled))
          },
          async command(text) {
            const { sub, options } = readTyped(peer, text)
            await doing(person.command(sub, options))
          },
          async heard() {
            // A question back is no news.
            const said = screen.shown
              .slice(firstShown)
              .filter(({ message }) => pressesIn(message).every(({ pressed }) => pressed.kind !== 'yes'))
            return said
              .map(({ message }) => [readAsPerson(message).text, ...labelsIn(message)].join('\n'))
              .join('\n')
              .trim()
          },
        }
      }
    },
  })
}

interface Pressable {
  id: string
  pressed: Pressed
}

/** Every button and menu. */
function pressesIn({ components }: APIMessage): Pressable[] {
  return componentsIn(components).flatMap(({ custom_id: id }) => {
    const pressed = typeof id === 'string' ? readPress(id) : null
    return pressed ? [{ id: String(id), pressed }] : []
  })
}

const labelsIn = ({ components }: APIMessage): string[] =>
  componentsIn(components).flatMap(({ label }) => (typeof label === 'string' ? [label] : []))

/** Everything that decides something. */
function actionsOf(message: APIMessage): { action: ActionId; id: string; kind: 'do' | 'ask' }[] {
  return pressesIn(message).flatMap(({ id, pressed }) =>
    (pressed.kind === 'do' || pressed.kind === 'ask') && pressed.click.action !== 'read'
      ? [{ action: pressed.click.action, id, kind: pressed.kind }]
      : [],
  )
}

/** The parts of a modal that ask something. */
const labelled = ({ data }: OpenModal): Component[] =>
  componentsIn(data.components).filter(({ component }) => component !== undefined)

const partOf = (parts: Component[], index: number): Component | undefined =>
  parts.find(({ component }) => (component as Component)['custom_id'] === String(index))

function submittedAsItStands({ type, component }: Component): object {
  const field = component as Component
  const value = standingIn(field)
  return {
    type,
    component: {
      type: field.type,
      custom_id: field['custom_id'],
      ...(Array.isArray(value) ? { values: value } : { value }),
    },
  }
}

type FieldNote = ShelvedForm['fields'][number]

/** As the field takes it: a menu's options hold their index, a moment is typed by the team's clock, which is UTC's here. */
function byHand(value: FormValue | Person, { options = [] }: FieldNote): string | string[] {
  const chosen = (one: string) => String(options.findIndex((option) => option.value === one))
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace('T', ' ')
  if (Array.isArray(value)) return value.map(chosen)
  if (typeof value === 'string') return options.length > 0 ? [chosen(value)] : value
  return value && 'teammate' in value ? [value.teammate.id] : []
}
