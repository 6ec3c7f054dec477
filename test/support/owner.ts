/** What cleans up at its end, first come first: a test, or a program that uses the tests' parts. */
export interface Owner {
  after(clean: () => Promise<void>): void;
}
