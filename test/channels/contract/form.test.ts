import { harness } from './harnesses/form.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
