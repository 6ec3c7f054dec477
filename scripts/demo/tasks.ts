import type { ProviderId } from '../../src/contracts/ids.ts';

export interface DemoTask {
  readonly provider: ProviderId;
  readonly taskName: string;
  readonly prompt: string;
}

/** A word of the first worker's first turn that only its own session can tell. */
export const remembered = 'settings';

/** What the scripted model does stands in the prompt itself, between `<<script` and `script>>`. */
export const tasks: readonly DemoTask[] = [
  {
    provider: 'codex',
    taskName: 'frontend_settings_impl',
    prompt: `Create a UserSettings page and tests.
<<script
think The page needs a form with the name and the mail address.
remember ${remembered}
write src/settings/UserSettings.html <form><input name="name"><input name="mail"></form>\\n
shell ls src/settings
say The settings page is in src/settings/UserSettings.html.
script>>`,
  },
  {
    provider: 'claude_code',
    taskName: 'api_review',
    prompt: `Review the API of the settings service and write down what is unclear.
<<script
think Names first, then errors.
shell ls
write docs/api-review.md # API review\\n\\nThe error of a missing user is not described.\\n
say One finding, in docs/api-review.md: the error of a missing user is not described.
script>>`,
  },
  {
    provider: 'opencode',
    taskName: 'changelog',
    prompt: `Write the changelog entry of this change.
<<script
think Short, and for users.
write CHANGELOG.md # Changelog\\n\\n- A page for the user's settings.\\n
say The entry is in CHANGELOG.md.
script>>`,
  },
];

/** Resumes the first task in its own session: the model says what it still sees of it. */
export const followUp = `Fix the missing label and rerun the tests.
<<script
write src/settings/UserSettings.test.txt The form has a name and a mail address.\\n
say The test is in place. What I still see of this session:
recall
script>>`;
