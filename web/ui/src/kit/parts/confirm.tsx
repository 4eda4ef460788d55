import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useI18n } from '../i18n';

/**
 * Asks before something that cannot be taken back. ask(...) opens it; what is
 * asked stays open while it is being done, and after it failed.
 */
export function useConfirm() {
  const { t } = useI18n();
  const [open, setOpen] = useState<{ title: string; text?: ReactNode; yes: string; danger?: boolean; act: () => Promise<unknown> } | null>(null);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const ask = (question: NonNullable<typeof open>) => {
    setOpen(question);
    setShown(true);
  };
  const act = async () => {
    if (!open) return;
    setBusy(true);
    try {
      await open.act();
      setShown(false);
    } catch {
      // whoever acts has said why
    } finally {
      setBusy(false);
    }
  };
  const dialog = (
    <Modal opened={shown} onClose={() => !busy && setShown(false)} title={open?.title}>
      <Stack>
        {open?.text && <Text component="div">{open.text}</Text>}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={() => setShown(false)} disabled={busy}>
            {t('cancel')}
          </Button>
          <Button color={open?.danger ? 'brick' : 'pine'} loading={busy} onClick={() => void act()} data-autofocus>
            {open?.yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
  return { ask, dialog };
}
