/**
 * The id a message gets at OpenCode: its own form (48 bits of time in 1/4096 ms, by which ids sort), with the host's
 * id for the message at the end, so that it can be found again. Ids are unique over all sessions of the database.
 */
export function messageIdFor(messageId: string, now = Date.now()): string {
  const time = BigInt.asUintN(48, BigInt(now) * 4096n);
  return `msg_${time.toString(16).padStart(12, '0')}${messageId.replaceAll('-', '')}`;
}
