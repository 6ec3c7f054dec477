type Translate = (message: string, ...values: string[]) => string;

let translate: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => values[Number(index)] ?? whole);

/** Called once at activation with `vscode.l10n.t`; without it (unit tests) texts stay English. */
export function useTranslations(translator: Translate): void {
  translate = translator;
}

/** Every visible string outside package.json goes through here, so that pure modules need no `vscode`. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  return translate(message, ...values.map(String));
}
