import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n';

/** What a form in a dialogue is made of; yes is what its button says, where that is not the title; instead is shown once there is nothing left to fill in. */
type Form = { open: boolean; close: () => void; title: string; yes?: string; danger?: boolean; busy: boolean; disabled?: boolean; send: () => void; instead?: ReactNode; children: ReactNode };

/** A form in a dialogue, which stays open until it was sent or is closed. */
export function FormDialog({ open, close, title, yes = title, danger, busy, disabled = false, send, instead, children }: Form) {
  const { t } = useI18n();
  return (
    <Modal opened={open} onClose={close} title={title}>
      {instead ?? (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            send();
          }}
        >
          <Stack>
            {children}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('cancel')}
              </Button>
              <Button type="submit" color={danger ? 'brick' : 'pine'} loading={busy} disabled={disabled}>
                {yes}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
