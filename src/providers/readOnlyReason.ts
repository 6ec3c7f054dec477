/** What the model hears of all that a reading thread is refused. */
export const readOnlyReason =
  'This thread is in permission mode read_only: it may read, and may change nothing. Do without, and say in your report what would have to be done.';
