import { afterAll, describe, it } from 'vitest'
import { answeredChecks } from './answered.ts'
import { isFor, type Check } from './check.ts'
import type { ChannelHarness } from './harness.ts'
import { hostileChecks } from './hostile.ts'
import { inboundChecks } from './inbound.ts'
import { learningChecks } from './learning.ts'
import { deskChecks } from './on-desk.ts'
import { sendingChecks } from './sending.ts'
import { settingsChecks } from './settings.ts'
import { shapeChecks } from './shape.ts'
import { streamChecks } from './stream.ts'

/** What any channel is held to, without a database. */
export const checks: Check[] = [
  ...settingsChecks,
  ...shapeChecks,
  ...inboundChecks,
  ...hostileChecks,
  ...streamChecks,
  ...answeredChecks,
  ...learningChecks,
  ...sendingChecks,
]

export { deskChecks }

/** What every channel must do. */
export function testChannel(harness: ChannelHarness): void {
  testAll(harness, checks)
}

/** What every channel must do together with core; needs a database. */
export function testChannelOnDesk(harness: ChannelHarness): void {
  testAll(harness, deskChecks)
}

function testAll(harness: ChannelHarness, all: Check[]): void {
  describe.skipIf(harness.isRunnable === false)(`${harness.channel.name}, as every channel,`, () => {
    afterAll(() => harness.end?.())
    for (const check of all) if (isFor(check, harness)) it(check.sentence, () => check.run(harness))
  })
}
