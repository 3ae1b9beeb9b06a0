import { harness } from './harnesses/google-reviews.ts'
import { testChannel } from './test-channel.ts'

testChannel(harness)
