import { harness } from './harnesses/log.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
