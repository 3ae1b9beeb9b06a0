import { harness } from './harnesses/email.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
