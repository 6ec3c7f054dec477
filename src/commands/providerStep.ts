import type { ProviderId } from '../contracts/ids.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import { providerName } from '../views/providerName.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import { type Back, type PickItem, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

/** Lets the person choose a provider and shows how each one is. */
export function providerStep(folder: DockFolder, place: StepPlace): Promise<ProviderId | Back> {
  return pickStep(place, {
    placeholder: t('Which agent?'),
    items: folder.client.call('list_providers', {}).then(({ providers }) => providers.map(providerItem)),
  });
}

function providerItem(health: ProviderHealth): PickItem<ProviderId> {
  const { provider, version, status, message } = health;
  return {
    label: `${statusIcon(health)} ${providerName(provider)}`,
    description: [...(version === undefined ? [] : [version]), statusText(health)].join(' · '),
    ...(status === 'healthy' ? {} : { detail: message }),
    value: provider,
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
