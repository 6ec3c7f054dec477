import { type PermissionMode, permissionModes } from '../contracts/thread.ts';
import { permissionMeaning, permissionText } from '../views/permissionText.ts';
import { t } from '../vscode/localize.ts';
import { type Back, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

const icons: Readonly<Record<PermissionMode, string>> = {
  read_only: '$(eye)',
  ask: '$(shield)',
  edit: '$(edit)',
  full: '$(warning)',
};

/** Lets the person choose what the worker may do, and says what each choice means. */
export function modeStep(place: StepPlace, preset: PermissionMode): Promise<PermissionMode | Back> {
  return pickStep(place, {
    placeholder: t('What may it do?'),
    items: permissionModes.map(mode => ({
      label: `${icons[mode]} ${permissionText(mode)}`,
      ...(mode === preset ? { description: t('default') } : {}),
      detail: permissionMeaning(mode),
      value: mode,
    })),
    active: mode => mode === preset,
  });
}
