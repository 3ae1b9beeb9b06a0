import type { Context } from '../context.ts'
import { itemsFile } from '../digests/answer.ts'
import { customerFile } from '../erasures/export-customer.ts'
import type { Download, FileFormat, FileSource } from '../workspaces/found.ts'
import type { Refusal, Teammate } from '../workspaces/workspace.ts'
import { listFile } from './export.ts'

/** Whatever can be had as a file; for managers. */
export async function readFile(
  ctx: Pick<Context, 'db' | 'clock' | 'log' | 'newId' | 'channels' | 'workspaces'>,
  workspaceId: string,
  source: FileSource,
  format: FileFormat,
  teammate: Teammate,
): Promise<Download | Refusal> {
  switch (source.kind) {
    case 'items':
      return itemsFile(ctx, workspaceId, source, format, teammate)
    case 'list':
      return listFile(ctx, workspaceId, source.listId, format, teammate)
    case 'customer':
      return customerFile(ctx, workspaceId, source.customerId, teammate)
  }
}
