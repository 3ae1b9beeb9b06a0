import { expect } from 'vitest'
import { CredentialsError, PermanentError } from '../../../src/errors.ts'
import type { ChannelHarness, Part } from './harness.ts'
import { openBench, type Opened } from './opened.ts'

/** One thing that holds of every channel. */
export interface Check {
  /** Goes on after "every channel": what it does, or what it never does. */
  sentence: string
  /** Parts without which there is nothing to check. */
  needs: Part[]
  run(harness: ChannelHarness): Promise<void>
}

/** A check that needs the channel to be open. */
export function onBench(sentence: string, needs: Part[], run: (opened: Opened) => Promise<void>): Check {
  return {
    sentence,
    needs,
    async run(harness) {
      await using opened = await openBench(harness)
      await run(opened)
    },
  }
}

export function isFor({ needs }: Check, { lacks }: ChannelHarness): boolean {
  return needs.every((part) => lacks[part] === undefined)
}

/** What `work` throws. */
export async function thrownBy(work: () => unknown): Promise<Error> {
  let thrown: unknown
  try {
    await work()
  } catch (error) {
    thrown = error
  }
  expect(thrown, 'nothing was thrown').toBeInstanceOf(Error)
  return thrown as Error
}

/** For whoever reads it: what is wrong, and what to do. */
export function expectAction(error: Error, kind: typeof PermanentError | typeof CredentialsError): void {
  expect(error).toBeInstanceOf(kind)
  expect(error.message).not.toBe('')
  expect((error as PermanentError).action, 'what the team can do about it').toMatch(/\w/)
}
