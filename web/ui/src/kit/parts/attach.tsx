import { Button, CloseButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import ImagePlus from 'lucide-react/icons/image-plus';
import { useRef, useState } from 'react';
import { raw, type Schemas } from '../api';
import { now } from '../clock';
import { useDraft } from '../drafts';
import { useI18n } from '../i18n';
import { useProblem } from '../write';
import { Picture } from './picture';
import css from './composer.module.css';

type Upload = Schemas['Upload'];

const most = 4; // to a message
const lasting = 24 * 3600_000; // ms that the API keeps what is not sent
const none: Upload[] = [];
const heaviest = 6 * 1024 * 1024; // bytes, as the API has it
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'];

/**
 * Pictures on their way into a message: sent to the service at once, named by
 * the message later. Till then they are part of the draft, under its key.
 */
export function useAttached(draft: string) {
  const { t } = useI18n();
  const problem = useProblem();
  const [kept, keep, clear] = useDraft<Upload[]>(`${draft}.pictures`, none);
  const pictures = kept.filter((p) => now() - Date.parse(p.uploaded_at) < lasting);
  const latest = useRef(pictures);
  latest.current = pictures;
  const [busy, setBusy] = useState(false);
  const set = (next: Upload[]) => {
    latest.current = next; // more may come before this is shown
    keep(next);
  };
  const warn = (message: string) => notifications.show({ message, color: 'brick' });
  const add = async (files: readonly File[]) => {
    setBusy(true);
    try {
      for (const file of files.slice(0, most - latest.current.length)) {
        if (!pictureTypes.includes(file.type)) warn(t('picture.type'));
        else if (file.size > heaviest) warn(t('picture.heavy'));
        else {
          const made = await raw<Upload>('POST', '/api/v1/pictures', file);
          set([...latest.current, made].slice(0, most));
        }
      }
    } catch (e) {
      warn(problem(e));
    } finally {
      setBusy(false);
    }
  };
  return { pictures, busy, add, full: pictures.length >= most, remove: (id: string) => set(latest.current.filter((p) => p.id !== id)), clear };
}

type Attached = ReturnType<typeof useAttached>;

export function AttachButton({ to }: { to: Attached }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={pictureTypes.join(',')}
        multiple
        hidden
        onChange={(e) => {
          void to.add([...(e.currentTarget.files ?? [])]);
          e.currentTarget.value = '';
        }}
      />
      <Button variant="default" size="sm" leftSection={<ImagePlus size={17} aria-hidden />} loading={to.busy} disabled={to.full} onClick={() => input.current?.click()}>
        {t('picture.add')}
      </Button>
    </>
  );
}

export function AttachedPictures({ to }: { to: Attached }) {
  const { t } = useI18n();
  if (!to.pictures.length) return null;
  return (
    <ul className={css.attached}>
      {to.pictures.map((picture) => (
        <li key={picture.id}>
          <Picture of={picture} small />
          <CloseButton className={css.detach} variant="filled" radius="xl" size="md" aria-label={t('picture.remove')} onClick={() => to.remove(picture.id)} />
        </li>
      ))}
    </ul>
  );
}
