import CheckCheck from 'lucide-react/icons/check-check';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../api';
import { useFormat } from '../format';
import { useI18n } from '../i18n';
import { type Notice, useNews } from '../stream';
import { Redacted } from './hidden';
import { Picture } from './picture';
import css from './conversation.module.css';

type Author = 'customer' | 'expert' | 'brand';
type Shown = Schemas['Message'];

/**
 * Messages of a question, as one of its sides sees them. read is how far the
 * other side has read; typing that it is writing just now.
 */
export function Conversation({ messages, side, read, typing, brandName }: { messages: readonly Shown[]; side: Author; read?: number; typing?: boolean; brandName?: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const end = useRef<HTMLDivElement>(null);
  const count = messages.length;
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current) end.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    before.current = count;
  }, [count]);
  const lastRead = messages.findLast((m) => m.author === side && m.position <= (read ?? 0))?.position;
  const nameOf = (author: Author) => (author === side ? t('author.you') : author === 'brand' && brandName ? brandName : t(`author.${author}`));
  return (
    <div className={css.conversation} role="log" aria-label={t('conversation')}>
      {messages.map((message, i) => {
        const newDay = i === 0 || format.day(message.at) !== format.day(messages[i - 1]!.at);
        return (
          <div key={message.position}>
            {newDay && <p className={css.day}>{format.day(message.at)}</p>}
            <article className={css.message} data-own={message.author === side || undefined} data-author={message.author}>
              <header className={css.who}>
                <span>{nameOf(message.author as Author)}</span>
                <span className={css.at}>
                  <time dateTime={message.at} title={format.moment(message.at)}>
                    {format.time(message.at)}
                  </time>
                </span>
              </header>
              <div className={css.bubble}>
                <Redacted text={message.text} />
                {message.pictures.length > 0 && (
                  <div className={css.pictures}>
                    {message.pictures.map((picture) => (
                      <Picture key={picture.id} of={picture} />
                    ))}
                  </div>
                )}
              </div>
              {message.position === lastRead && (
                <p className={css.read}>
                  <CheckCheck size={14} aria-hidden /> {t('read')}
                </p>
              )}
            </article>
          </div>
        );
      })}
      {typing !== undefined && (
        <div className={css.typing} role="status">
          {typing && (
            <>
              <span className={css.dots} aria-hidden>
                <i />
                <i />
                <i />
              </span>
              {t('typing', { who: t(side === 'customer' ? 'author.expert' : 'author.customer') })}
            </>
          )}
        </div>
      )}
      <div ref={end} className={css.end} />
    </div>
  );
}

/** Whether the other side of a question is writing, as the stream tells. */
export function useTyping(question: string): boolean {
  const [until, setUntil] = useState(0);
  const hear = useCallback(
    (notice: Notice) => {
      if ((notice.question ?? notice.id) !== question) return;
      if (notice.type === 'question.typing') setUntil(Date.now() + 5_000);
      else if (notice.type === 'question.message' || notice.type === 'question.answered') setUntil(0);
    },
    [question],
  );
  useNews(hear);
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(() => setUntil(0), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return until > 0;
}

