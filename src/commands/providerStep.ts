import { DockError } from '../contracts/errors.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { ListedProvider } from '../contracts/provider.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { providerName } from '../views/providerName.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import { type Back, back, type PickItem, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

/** Lets the person choose a provider and shows how each one is. A program is no master. */
export async function providerStep(
  folder: DockFolder,
  place: StepPlace,
  { preset, isMaster }: { readonly preset: ProviderId; readonly isMaster: boolean },
): Promise<ListedProvider | Back> {
  const agent = await pickStep(place, {
    placeholder: t('Which agent?'),
    items: folder.client
      .call('list_providers', {})
      .then(({ providers }) => providers.filter(one => !isMaster || !runsInPty(one)).map(providerItem)),
    active: ({ provider }) => provider === preset,
  });
  if (agent === back) return back;
  if (!agent.installed) throw new DockError('provider_missing', agent.message);
  return agent;
}

function providerItem(agent: ListedProvider): PickItem<ListedProvider> {
  const { provider, version, status, message } = agent;
  return {
    label: `${statusIcon(agent)} ${providerName(provider)}`,
    description: [...(version === undefined ? [] : [version]), statusText(agent)].join(' · '),
    ...(status === 'healthy' ? {} : { detail: message }),
    value: agent,
  };
}

function statusIcon({ status }: ListedProvider): string {
  switch (status) {
    case 'healthy':
      return '$(pass)';
    case 'degraded':
      return '$(warning)';
    case 'offline':
      return '$(error)';
  }
}

function statusText({ installed, signed_in, status }: ListedProvider): string {
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
