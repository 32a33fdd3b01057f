/** X25519, hybrid post-quantum, ed25519: what devk needs no sops for. A plugin's recipients have its name between two ones. */
export function isNative(recipient: string): boolean {
  return /^(age1pq1|age1[^1]+$|ssh-ed25519 )/.test(recipient)
}
