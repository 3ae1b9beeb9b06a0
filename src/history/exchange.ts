/**
 * What became of one thing that a customer did. `waiting`, `sending` and `snoozed` are its conversation's, while nobody settled
 * it; `received`: nobody has to (automatic mail, a reaction).
 */
export const exchangeStates = ['waiting', 'sending', 'snoozed', 'answered', 'dismissed', 'spam', 'received'] as const
export type ExchangeState = (typeof exchangeStates)[number]
