import { Button, Group, Textarea } from '@mantine/core';
import SendHorizontal from 'lucide-react/icons/send-horizontal';
import { type ReactNode, useRef } from 'react';
import { useDraft } from '../drafts';
import { useI18n } from '../i18n';
import { AttachButton, AttachedPictures, useAttached } from './attach';
import css from './composer.module.css';

/**
 * Where a message is written. The draft is kept under its key until send has
 * succeeded; Ctrl+Enter sends. tools are shown beside it and may insert text.
 */
export function Composer({
  draft,
  label,
  placeholder,
  sendLabel,
  pictures,
  send,
  busy,
  onTyping,
  below,
  tools,
}: {
  draft: string;
  label: string;
  placeholder?: string;
  sendLabel: string;
  send: (text: string, pictures: string[]) => Promise<unknown>;
  pictures?: boolean; // they may be sent along
  busy?: boolean;
  onTyping?: () => void;
  below?: ReactNode;
  tools?: (insert: (text: string) => void) => ReactNode;
}) {
  const { t } = useI18n();
  const [text, setText, clear, restored] = useDraft(draft, '');
  const box = useRef<HTMLTextAreaElement>(null);
  const attached = useAttached(draft);
  const ready = text.trim() !== '' && !busy && !attached.busy;
  const submit = async () => {
    if (!ready) return;
    try {
      await send(
        text.trim(),
        attached.pictures.map((picture) => picture.id),
      );
      clear();
      attached.clear();
      box.current?.focus();
    } catch {
      // the text stays, and whoever sends has said why it could not go
    }
  };
  const insert = (added: string) => {
    const at = box.current;
    const [from, to] = [at?.selectionStart ?? text.length, at?.selectionEnd ?? text.length];
    setText(text.slice(0, from) + added + text.slice(to));
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(from + added.length, from + added.length);
    });
  };
  return (
    <form
      className={css.composer}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <Textarea
        ref={box}
        label={label}
        placeholder={placeholder}
        description={restored && text ? t('draft.restored') : undefined}
        value={text}
        onChange={(e) => {
          setText(e.currentTarget.value);
          onTyping?.();
        }}
        onPaste={(e) => {
          const files = [...e.clipboardData.files];
          if (!pictures || !files.length) return;
          e.preventDefault();
          void attached.add(files);
        }}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
            e.preventDefault();
            void submit();
          }
        }}
        autosize
        minRows={3}
        maxRows={14}
        maxLength={20_000}
        dir="auto"
        size="md"
      />
      {pictures && <AttachedPictures to={attached} />}
      {below}
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          {tools?.(insert)}
          {pictures && <AttachButton to={attached} />}
        </Group>
        <Group gap="sm" ml="auto">
          <span className={css.hint}>{t('composer.keys')}</span>
          <Button type="submit" loading={busy} disabled={!ready && !busy} rightSection={<SendHorizontal size={17} className={css.send} aria-hidden />}>
            {sendLabel}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
