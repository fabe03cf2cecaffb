import type { ColumnChoices } from '../api/types.ts';
import { fullName } from './column-list.ts';

export interface ColumnGroup {
  title: string;
  columns: { column: string; title: string }[];
}

/** What the columns of a report are chosen from, as its groups stand in the dialog: of a chosen profile its categories and KPIs alone. */
export function columnGroups(choices: ColumnChoices, profile: string): ColumnGroup[] {
  const profiles = [...new Set(choices.kpis.map((kpi) => kpi.quality_profile))];
  const asked = profile === '' ? profiles : profiles.filter((name) => name === profile);
  const groups = [
    { title: 'Interaction and analysis', columns: choices.fields },
    { title: 'Metadata', columns: choices.metadata },
    { title: 'Scores', columns: choices.scores },
    { title: 'Category scores', columns: categoriesOf(choices, profile) },
    ...asked.map((name) => ({
      title: `KPIs of ${name}`,
      columns: choices.kpis.filter((kpi) => kpi.quality_profile === name),
    })),
    { title: 'Acoustic metrics', columns: choices.metrics },
  ];
  return groups.filter(({ columns }) => columns.length > 0);
}

/** One column is of every profile that has a category of its name. */
function categoriesOf({ categories }: ColumnChoices, profile: string): ColumnGroup['columns'] {
  const own = categories.filter(({ quality_profile: name }) => profile === '' || name === profile);
  return [...new Map(own.map((each) => [each.column, each])).values()];
}

/** Those in which every word that was typed stands, in its title or its name. */
export function foundIn(groups: readonly ColumnGroup[], search: string): ColumnGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map(({ title, columns }) => ({
      title,
      columns: columns.filter((each) => {
        const text = `${each.title} ${each.column}`.toLowerCase();
        return words.every((word) => text.includes(word));
      }),
    }))
    .filter(({ columns }) => columns.length > 0);
}

/** The metadata key that a typed text could be; undefined where it is empty or a column of these groups is called so. */
export function metadataKeyIn(groups: readonly ColumnGroup[], search: string): string | undefined {
  const typed = search.trim();
  const key = typed.startsWith('metadata.') ? typed.slice('metadata.'.length).trim() : typed;
  const names = groups.flatMap(({ columns }) => columns.map(({ column }) => fullName(column)));
  return key === '' || names.includes(typed) || names.includes(`metadata.${key}`) ? undefined : key;
}

/** The columns' names for people, by their full names. */
export function titlesByFullName(choices: ColumnChoices): Map<string, string> {
  const { fields, metadata, scores, categories, kpis, metrics } = choices;
  const all = [...fields, ...metadata, ...scores, ...categories, ...kpis, ...metrics];
  return new Map(all.map(({ column, title }) => [fullName(column), title]));
}
