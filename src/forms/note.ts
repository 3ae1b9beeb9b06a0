import { z } from 'zod'
import type { Context } from '../context.ts'
import { addNote, goneCustomer } from '../customers/notes.ts'
import { readPresent } from '../customers/resolve.ts'
import { NotFoundError } from '../errors.ts'
import { checkAccess } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Form, FormAbout, FormOutcome, FormValues } from '../workspaces/form.ts'
import type { Teammate } from '../workspaces/workspace.ts'
import { readValues, words } from './values.ts'

const longest = 2000
const aboutSchema = z.object({ customerId: z.uuid() })

/** Throws NotFoundError when there is no such customer. */
export async function makeNoteForm({ db }: Pick<Context, 'db'>, about: FormAbout): Promise<Form> {
  const parsed = aboutSchema.safeParse(about)
  const customer = parsed.success ? await readPresent(db, parsed.data.customerId) : null
  if (!customer) throw new NotFoundError(goneCustomer)
  return {
    id: 'note',
    title: 'Add a note',
    submit: 'Add',
    context: [{ title: 'About', text: customer.name }],
    fields: [
      {
        id: 'text',
        label: 'What should others know?',
        hint: 'The team reads it on the customer’s page. The assistant never sees it',
        isOptional: false,
        kind: 'text',
        value: '',
        maxLength: longest,
        isLong: true,
      },
    ],
    about: { customerId: customer.id },
  }
}

export async function submitNote(
  ctx: Pick<Context, 'db' | 'clock' | 'newId' | 'workspaces'>,
  workspaceId: string,
  about: FormAbout,
  values: FormValues,
  teammate: Teammate,
): Promise<FormOutcome> {
  await checkAccess(ctx, workspaceId, teammate, 'agent')
  const read = readValues(values, { text: words(longest, 'Write something') })
  if ('errors' in read) return { kind: 'invalid', errors: read.errors }
  const parsed = aboutSchema.safeParse(about)
  if (!parsed.success) throw new NotFoundError(goneCustomer)
  const by = await knowTeammate(ctx, workspaceId, teammate)
  await addNote(ctx, { customerId: parsed.data.customerId, text: read.value.text, by })
  return { kind: 'done', said: 'The note is on the customer’s page' }
}
