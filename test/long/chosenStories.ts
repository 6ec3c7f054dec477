import { type StoryName, stories } from '../crash/story.ts';

/** The stories that the crash matrix tells: those that `STORIES` names, with commas between them, else all. */
export function chosenStories(list = process.env['STORIES'] ?? ''): readonly StoryName[] {
  const all = Object.keys(stories) as StoryName[];
  const names = list.split(',').flatMap(name => name.trim() || []);
  const unknown = names.filter(name => !all.some(story => story === name));
  if (unknown.length > 0)
    throw new Error(`Expected STORIES to be some of ${all.join(',')}, got \`${unknown.join(',')}\`.`);
  return names.length === 0 ? all : all.filter(story => names.includes(story));
}
