import { Modal, Skeleton, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import ImageOff from 'lucide-react/icons/image-off';
import { useEffect, useState } from 'react';
import { type Schemas, send } from '../api';
import { useI18n } from '../i18n';
import css from './conversation.module.css';

export type PictureOf = Schemas['Picture'];

/** A picture of a message. It is read as whoever is signed in, so an address alone shows nothing. */
export function Picture({ of, small }: { of: PictureOf; small?: boolean }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const bytes = useQuery({
    queryKey: ['picture', of.id],
    queryFn: async ({ signal }) => (await send(new Request(new URL(`/api/v1/pictures/${of.id}`, location.href), { signal }))).blob(),
    staleTime: Infinity,
  });
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!bytes.data) return;
    const made = URL.createObjectURL(bytes.data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes.data]);
  if (bytes.error) {
    return (
      <span className={css.nopicture}>
        <ImageOff size={18} aria-hidden /> {t('picture.failed')}
      </span>
    );
  }
  const [widest, highest] = small ? [120, 72] : [240, 300];
  const width = of.width * Math.min(1, widest / of.width, highest / of.height);
  if (!url) return <Skeleton width={width} height={(width * of.height) / of.width} radius="md" />;
  return (
    <>
      <UnstyledButton className={css.picture} onClick={() => setOpen(true)} aria-label={t('picture.open')}>
        <img src={url} alt={t('picture.alt')} width={Math.round(width)} height={Math.round((width * of.height) / of.width)} />
      </UnstyledButton>
      <Modal opened={open} onClose={() => setOpen(false)} size="auto" title={t('picture.alt')}>
        <img src={url} alt={t('picture.alt')} className={css.full} />
      </Modal>
    </>
  );
}
