/** Who is at the other end of an HTTP connection. */
export interface Peer {
  /** Behind a trusted proxy, the address that the proxy saw. */
  address: string
}
