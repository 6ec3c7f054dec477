import { t } from '../vscode/localize.ts';
import { type Back, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

/** Lets the person choose whether a master works by itself or in its own terminal program, in front of the person. */
export function placeStep(place: StepPlace, preset: boolean): Promise<boolean | Back> {
  return pickStep(place, {
    placeholder: t('Where does it work?'),
    items: [
      {
        label: `$(server-process) ${t('In the background')}`,
        description: t('turn by turn; you follow it in its terminal here'),
        value: false,
      },
      {
        label: `$(terminal) ${t('In its own terminal')}`,
        description: t('you talk with it there; what its threads report comes when it rests'),
        value: true,
      },
    ],
    active: isNative => isNative === preset,
  });
}
