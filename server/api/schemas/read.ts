import { z } from 'zod';
import type { Page } from '../../../db/queries/api-page.ts';
import { parseUuid } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';

/** The id in a path. One that is no UUID is nobody's: `not_found`, as for any id that is not there. */
export function idOfPath(text: string, what: string): Buffer {
  const id = parseUuid(text);
  if (!id) throw nothingThere(text, what);
  return id;
}

export function nothingThere(text: string, what: string): AppError {
  return new AppError('not_found', `There is no ${what} "${text.slice(0, 255)}" in this account.`);
}

const pageMost = 1_000_000;
const sizeMost = 100;
const pageWords = `page must be a whole number from 0 to ${pageMost.toLocaleString('en')}`;
const sizeWords = 'size must be a whole number, 1 or more';

/** `?page=0&size=20` */
export const pageQuery = z.object({
  page: z
    .int(pageWords)
    .min(0, pageWords)
    .max(pageMost, pageWords)
    .default(0)
    .meta({ description: 'Which page; the first is 0.', example: 0 }),
  size: z
    .int(sizeWords)
    .min(1, sizeWords)
    .default(20)
    .meta({ description: `How many on a page. More than ${sizeMost} counts as ${sizeMost}.`, example: 20 }),
});
export type PageQuery = z.output<typeof pageQuery>;

export function pageOf({ page, size }: PageQuery): Page {
  const limit = Math.min(size, sizeMost);
  return { offset: page * limit, limit };
}

export const paginationField = z
  .object({
    page: z.int().meta({ description: 'The page asked for; the first is 0.', example: 0 }),
    size: z.int().meta({ description: `How many a page holds, ${sizeMost} at most.`, example: 20 }),
    total_elements: z.int().meta({ description: 'How many there are on all pages.', example: 57 }),
    total_pages: z.int().meta({ description: 'How many pages there are.', example: 3 }),
  })
  .meta({ description: 'Where this page is in the whole list.' });

export function pagination({ page, size }: PageQuery, total: number): z.output<typeof paginationField> {
  const limit = Math.min(size, sizeMost);
  return { page, size: limit, total_elements: total, total_pages: Math.ceil(total / limit) };
}
