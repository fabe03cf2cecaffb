import type { StatusWords } from './status.ts';

export const inboxFileWords: Record<'uploading' | 'complete', StatusWords> = {
  uploading: {
    word: 'Uploading',
    meaning: 'The sender is still writing it, or the connection broke and the sender can go on from here.',
    tone: 'busy',
    shape: 'running',
  },
  complete: {
    word: 'Complete',
    meaning: 'The sender has closed it; it can be imported.',
    tone: 'good',
    shape: 'check',
  },
};

export const inboxServerWords: Record<'up' | 'down', StatusWords> = {
  up: { word: 'Listening', meaning: 'Senders can connect.', tone: 'good', shape: 'check' },
  down: {
    word: 'Not listening',
    meaning: 'No server gives a sign of life: the role "inbox" is off, or its port is taken. The log says which.',
    tone: 'bad',
    shape: 'cross',
  },
};
