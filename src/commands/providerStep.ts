import { DockError } from '../contracts/errors.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import { providerName } from '../views/providerName.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import { type Back, back, type PickItem, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

/** Lets the person choose a provider and shows how each one is. */
export async function providerStep(folder: DockFolder, place: StepPlace): Promise<ProviderId | Back> {
  const health = await pickStep(place, {
    placeholder: t('Which agent?'),
    items: folder.client.call('list_providers', {}).then(({ providers }) => providers.map(providerItem)),
  });
  if (health === back) return back;
  if (!health.installed) throw new DockError('provider_missing', health.message);
  return health.provider;
}

function providerItem(health: ProviderHealth): PickItem<ProviderHealth> {
  const { provider, version, status, message } = health;
  return {
    label: `${statusIcon(health)} ${providerName(provider)}`,
    description: [...(version === undefined ? [] : [version]), statusText(health)].join(' · '),
    ...(status === 'healthy' ? {} : { detail: message }),
    value: health,
  };
}

function statusIcon({ status }: ProviderHealth): string {
  switch (status) {
    case 'healthy':
      return '$(pass)';
    case 'degraded':
      return '$(warning)';
    case 'offline':
      return '$(error)';
  }
}

function statusText({ installed, signed_in, status }: ProviderHealth): string {
  if (!installed) return t('not installed');
  if (signed_in === 'no') return t('not signed in');
  switch (status) {
    case 'healthy':
      return t('ready');
    case 'degraded':
      return t('limited');
    case 'offline':
      return t('offline');
  }
}
