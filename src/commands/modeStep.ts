import type { ListedProvider } from '../contracts/provider.ts';
import { type PermissionMode, permissionModes } from '../contracts/thread.ts';
import { permissionMeaning, permissionText } from '../views/permissionText.ts';
import { twoLines } from '../views/twoLines.ts';
import { t } from '../vscode/localize.ts';
import { type Back, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

const icons: Readonly<Record<PermissionMode, string>> = {
  read_only: '$(eye)',
  ask: '$(shield)',
  edit: '$(edit)',
  full: '$(warning)',
};

/** As wide as a row beside its label; a row shows two lines and cuts what is longer. */
const firstLineWidth = 70;

/** Lets the person choose what the worker may do, and says what each choice does at that provider. */
export function modeStep(
  place: StepPlace,
  preset: PermissionMode,
  meanings: ListedProvider['permission_modes'],
): Promise<PermissionMode | Back> {
  return pickStep(place, {
    placeholder: t('What may it do?'),
    items: permissionModes.map(mode => {
      const { first, second } = twoLines(meanings?.[mode] ?? permissionMeaning(mode), firstLineWidth);
      return {
        label: `${icons[mode]} ${permissionText(mode)}`,
        description: first,
        ...(second === '' ? {} : { detail: second }),
        value: mode,
      };
    }),
    active: mode => mode === preset,
  });
}
