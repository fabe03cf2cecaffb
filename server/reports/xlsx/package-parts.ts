import { rangeOf } from './sheet.ts';

const namespace = 'http://schemas.openxmlformats.org';
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The files around the sheets of a workbook, by their path in the package. ECMA-376 part 2. */
export function packageParts(headers: readonly string[], sheetRowCounts: readonly number[]): Record<string, string> {
  const numbers = sheetRowCounts.map((_, index) => index + 1);
  return {
    'xl/workbook.xml': workbook(headers, sheetRowCounts),
    'xl/_rels/workbook.xml.rels': relationships([
      ...numbers.map((number) => ({
        id: `sheet${number}`,
        kind: 'worksheet',
        target: `worksheets/sheet${number}.xml`,
      })),
      { id: 'styles', kind: 'styles', target: 'styles.xml' },
    ]),
    'xl/styles.xml': styles,
    '_rels/.rels': relationships([{ id: 'workbook', kind: 'officeDocument', target: 'xl/workbook.xml' }]),
    '[Content_Types].xml': contentTypes(numbers),
  };
}

/** The name of a sheet as the tabs show it. */
function sheetName(number: number): string {
  return number === 1 ? 'Report' : `Report ${number}`;
}

function workbook(headers: readonly string[], sheetRowCounts: readonly number[]): string {
  const sheets = sheetRowCounts.map(
    (_, index) => `<sheet name="${sheetName(index + 1)}" sheetId="${index + 1}" r:id="sheet${index + 1}"/>`,
  );
  // Excel's own name for what a sheet's filter covers.
  const filters = sheetRowCounts.map(
    (rowCount, index) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">'${sheetName(index + 1)}'!${rangeOf(headers, rowCount, '$')}</definedName>`,
  );
  return `${declaration}<workbook xmlns="${namespace}/spreadsheetml/2006/main" xmlns:r="${namespace}/officeDocument/2006/relationships"><sheets>${sheets.join('')}</sheets><definedNames>${filters.join('')}</definedNames></workbook>`;
}

function relationships(all: { id: string; kind: string; target: string }[]): string {
  const each = all.map(
    ({ id, kind, target }) =>
      `<Relationship Id="${id}" Type="${namespace}/officeDocument/2006/relationships/${kind}" Target="${target}"/>`,
  );
  return `${declaration}<Relationships xmlns="${namespace}/package/2006/relationships">${each.join('')}</Relationships>`;
}

function contentTypes(numbers: number[]): string {
  const sheets = numbers.map(
    (number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${sheetType}.worksheet+xml"/>`,
  );
  return `${declaration}<Types xmlns="${namespace}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${sheetType}.styles+xml"/>${sheets.join('')}</Types>`;
}

/** In the order of cell-xml.ts: plain, header (bold), time. */
const styles = `${declaration}<styleSheet xmlns="${namespace}/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
