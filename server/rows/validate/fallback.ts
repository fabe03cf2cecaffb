import { RowRejected, shown } from './fields.ts';

const audioTypes = ['mp3', 'wav', 'ogg', 'flac', 'm4a', 'aac', 'wma', 'amr'];
const transcriptTypes = ['txt', 'pdf', 'doc', 'docx', 'srt', 'vtt'];

/** What `file_url` stands for where a row names neither audio nor transcript. */
export type FileMeaning = { audioUrl: string; audioFormat: string } | { transcriptUrl: string };

/** Decides by `file_type`, else by the file's extension. Throws `no_content` where neither is known. */
export function meaningOfFile(fileUrl: string, fileType: string): FileMeaning {
  const type = (fileType || extensionOf(fileUrl)).toLowerCase().replace(/^\./, '');
  if (audioTypes.includes(type)) return { audioUrl: fileUrl, audioFormat: type };
  if (transcriptTypes.includes(type)) return { transcriptUrl: fileUrl };
  const known = [...audioTypes, ...transcriptTypes].join(', ');
  const reason = `file_type is ${shown(type)}, which is neither audio nor transcript. Known types: ${known}.`;
  throw new RowRejected('no_content', reason, 'file_type');
}

function extensionOf(url: string): string {
  return /\.([A-Za-z0-9]{1,5})(?:[?#].*)?$/.exec(url)?.[1] ?? '';
}
