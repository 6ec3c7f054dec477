import { DockError } from '../../contracts/errors.ts';
import type { Catalog } from './responses.ts';

export interface ModelChoice {
  readonly providerId: string;
  readonly modelId: string;
  /** OpenCode's word for effort. */
  readonly variant?: string;
}

export interface ModelWishes {
  /** Of the call, as `provider/model`. */
  readonly requested: string | undefined;
  readonly effort: string | undefined;
  /** Of the session's last turn. */
  readonly earlier: ModelChoice | undefined;
  /** Of the default agent or the person's config, as `provider/model`. */
  readonly configured: string | undefined;
}

const missing = {
  hint: 'Sign in with `opencode auth login`, or name a `model` in your OpenCode config (~/.config/opencode/opencode.json).',
};

/**
 * The model is always named, since OpenCode itself would take its hosted free model where nothing is configured, and
 * prompts and code would leave for a service nobody chose.
 */
export function chooseModel(wishes: ModelWishes, catalog: Catalog): ModelChoice {
  return withEffort(pick(wishes, catalog), wishes.effort, catalog);
}

/** Free models of OpenCode's own service come with the key `public`; a person's key takes its place. */
export function isHostedFree(provider: Catalog['providers'][number]): boolean {
  return provider.id === 'opencode' && provider.options?.apiKey === 'public';
}

export function hasOwnProvider(catalog: Catalog): boolean {
  return catalog.providers.some(provider => !isHostedFree(provider));
}

function pick({ requested, earlier, configured }: ModelWishes, catalog: Catalog): ModelChoice {
  if (requested !== undefined) return named(requested, catalog);
  if (earlier !== undefined && isThere(earlier, catalog)) return earlier;
  if (configured !== undefined) return named(configured, catalog);
  for (const provider of catalog.providers) {
    const modelId = catalog.default[provider.id];
    if (modelId !== undefined && !isHostedFree(provider)) return { providerId: provider.id, modelId };
  }
  throw new DockError('credential_missing', 'OpenCode has no provider with a credential.', missing);
}

function named(name: string, catalog: Catalog): ModelChoice {
  const slash = name.indexOf('/');
  if (slash < 0) return byModelAlone(name, catalog);
  const choice = { providerId: name.slice(0, slash), modelId: name.slice(slash + 1) };
  const provider = catalog.providers.find(({ id }) => id === choice.providerId);
  if (provider === undefined) {
    const message = `OpenCode has no provider \`${choice.providerId}\`, or no credential for it.`;
    throw new DockError('credential_missing', message, missing);
  }
  if (!Object.hasOwn(provider.models, choice.modelId)) throw unknownModel(name);
  return choice;
}

function byModelAlone(modelId: string, catalog: Catalog): ModelChoice {
  const found = catalog.providers.filter(
    provider => !isHostedFree(provider) && Object.hasOwn(provider.models, modelId),
  );
  const [only] = found;
  if (only === undefined) throw unknownModel(modelId);
  if (found.length === 1) return { providerId: only.id, modelId };
  throw new DockError('invalid_arguments', `Several providers of OpenCode have a model \`${modelId}\`.`, {
    hint: `Name one: ${found.map(({ id }) => `${id}/${modelId}`).join(', ')}.`,
  });
}

function isThere({ providerId, modelId }: ModelChoice, catalog: Catalog): boolean {
  return catalog.providers.some(
    provider =>
      provider.id === providerId && !isHostedFree(provider) && Object.hasOwn(provider.models, modelId),
  );
}

function withEffort(choice: ModelChoice, effort: string | undefined, catalog: Catalog): ModelChoice {
  if (effort === undefined) return choice;
  const provider = catalog.providers.find(({ id }) => id === choice.providerId);
  const known = Object.keys(provider?.models[choice.modelId]?.variants ?? {});
  if (known.includes(effort)) return { ...choice, variant: effort };
  const name = `${choice.providerId}/${choice.modelId}`;
  throw new DockError('invalid_arguments', `The model \`${name}\` has no effort \`${effort}\`.`, {
    hint: known.length === 0 ? 'Leave the effort out.' : `Known: ${known.join(', ')}.`,
  });
}

function unknownModel(name: string): DockError {
  return new DockError('model_not_found', `OpenCode does not know the model \`${name}\`.`, {
    hint: '`opencode models` lists the models by the names to use.',
  });
}
