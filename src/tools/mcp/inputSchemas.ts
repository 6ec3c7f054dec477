import * as z from 'zod';
import { type ToolName, toolNames, toolSchemas } from '../../contracts/tools.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What only a person can use: an agent that saw it would try it and be refused. */
const forPersons: Partial<Record<ToolName, readonly string[]>> = {
  spawn_thread: ['role', 'command', 'native'],
  answer_thread: ['decision', 'reason'],
};

const valuesForPersons: Partial<Record<ToolName, Readonly<Record<string, readonly string[]>>>> = {
  spawn_thread: { provider: ['command'], permission_mode: ['full'] },
};

/**
 * Limits that the handlers check with better words. Clients that turn a schema into a grammar stumble over them:
 * not all know `\p{…}`, and some refuse the keywords.
 */
const leftOut = ['$schema', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;

function schemaFor(tool: ToolName): JsonSchema {
  const schema = z.toJSONSchema(toolSchemas[tool].input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const keyword of leftOut) delete jsonSchema[keyword];
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const properties: Record<string, JsonSchema> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'boolean' || forPersons[tool]?.includes(name)) continue;
    properties[name] = withoutValues(property, valuesForPersons[tool]?.[name] ?? []);
  }
  const { $schema: _, ...rest } = schema;
  return { ...rest, properties };
}

function withoutValues(property: JsonSchema, values: readonly string[]): JsonSchema {
  if (property.enum === undefined || values.length === 0) return property;
  return { ...property, enum: property.enum.filter(value => !values.some(one => one === value)) };
}

/** What an agent is told of each tool's arguments. Made once: a server is made for each request. */
const told = new Map<ToolName, JsonSchema>(toolNames.map(name => [name, schemaFor(name)]));

export function inputSchemaOf(tool: ToolName): JsonSchema {
  return told.get(tool) ?? { type: 'object' };
}
