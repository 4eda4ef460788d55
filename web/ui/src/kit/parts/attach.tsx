import { Button, CloseButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import ImagePlus from 'lucide-react/icons/image-plus';
import { useRef, useState } from 'react';
import { raw } from '../api';
import { useI18n } from '../i18n';
import { useProblem } from '../write';
import type { PictureOf } from './picture';
import { Picture } from './picture';
import css from './composer.module.css';

const most = 4; // to a message
const heaviest = 6 * 1024 * 1024; // bytes, as the API has it
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'];

/** Pictures on their way into a message: sent to the service at once, named by the message later. */
export function useAttached() {
  const { t } = useI18n();
  const problem = useProblem();
  const [pictures, setPictures] = useState<PictureOf[]>([]);
  const [busy, setBusy] = useState(false);
  const warn = (message: string) => notifications.show({ message, color: 'brick' });
  const add = async (files: readonly File[]) => {
    setBusy(true);
    try {
      for (const file of files.slice(0, most - pictures.length)) {
        if (!pictureTypes.includes(file.type)) warn(t('picture.type'));
        else if (file.size > heaviest) warn(t('picture.heavy'));
        else {
          const made = await raw<PictureOf>('POST', '/api/v1/pictures', file);
          setPictures((now) => [...now, made].slice(0, most));
        }
      }
    } catch (e) {
      warn(problem(e));
    } finally {
      setBusy(false);
    }
  };
  return { pictures, busy, add, full: pictures.length >= most, remove: (id: string) => setPictures((now) => now.filter((p) => p.id !== id)), clear: () => setPictures([]) };
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
