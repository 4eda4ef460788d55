import { DirectionProvider, type MantineColorSchemeManager, MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Component, type ReactNode, StrictMode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { ApiError, OfflineError, reached, session } from './api';
import { drafts } from './drafts';
import { SignedOutError } from './errors';
import { firstLanguage, Language, loadWords, useI18n } from './i18n';
import { lightOnPaper } from './paper';
import { Announcer } from './parts/announce';
import { Crashed, Unreachable } from './parts/states';
import { apply, News, shareOf, type Stale, Stream, StreamContext } from './stream';
import { theme, variables } from './theme';
import './theme.css';

/** What an app is made of. */
export type App = {
  base: string; // where it is served: '/work'
  parts: readonly string[]; // of the messages: 'kit', 'work'
  stale: Stale;
  children: ReactNode;
};

/** start shows an app once somebody is signed in. */
export async function start(app: App) {
  const language = firstLanguage();
  document.documentElement.lang = language;
  void session.refresh().catch(() => undefined);
  const words = await loadWords(language, app.parts);
  drafts.wipe(false);
  lightOnPaper();
  // what locks scrolling behind a dialogue reads its nonce from here
  (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce();
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <Language first={language} words={words} parts={app.parts}>
        <Frame {...app} />
      </Language>
    </StrictMode>,
  );
}

// Mantine's own manager knows other names for what before.js reads.
const schemes: MantineColorSchemeManager = {
  get: (fallback) => {
    const kept = localStorage.getItem('knowhow.scheme');
    return kept === 'light' || kept === 'dark' ? kept : fallback;
  },
  set: (value) => localStorage.setItem('knowhow.scheme', value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => localStorage.removeItem('knowhow.scheme'),
};

const nonce = () => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

function Frame(app: App) {
  const { dir, language, t } = useI18n();
  const queries = useMemo(makeQueries, []);
  const named = useMemo(() => {
    // what closes a dialogue or a notice has a name in every language
    const closing = { defaultProps: { closeButtonProps: { 'aria-label': t('close') } } };
    return mergeThemeOverrides(theme, { components: { Modal: closing, Drawer: closing, Notification: closing } });
  }, [t]);
  return (
    <DirectionProvider key={dir} initialDirection={dir} detectDirection={false}>
      <MantineProvider
        theme={named}
        cssVariablesResolver={variables}
        colorSchemeManager={schemes}
        defaultColorScheme="auto"
        getStyleNonce={nonce}
        deduplicateInlineStyles
      >
        <QueryClientProvider client={queries}>
          <Announcer>
            <Notifications position="top-center" limit={3} autoClose={5000} containerWidth="min(440px, calc(100vw - 24px))" />
            <Guard key={language}>
              <SignedIn {...app} queries={queries} />
            </Guard>
          </Announcer>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}

function SignedIn({ base, stale, children, queries }: App & { queries: QueryClient }) {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const heard = useMemo(() => {
    const news = new News();
    const stream = new Stream(streamWorld, {
      notice: (notice) => {
        apply(queries, stale, notice);
        news.tell(notice);
      },
      ready: () => void queries.invalidateQueries(),
    });
    return { stream, news };
  }, [queries, stale]);
  const running = state === 'in';
  useEffect(() => {
    if (!running || session.limited) return;
    void heard.stream.run(); // once; it lasts as long as the page
  }, [running, heard]);
  if (state === 'unreachable') return <Unreachable retry={() => void session.refresh().catch(() => undefined)} />;
  if (state !== 'in') return null;
  return (
    <StreamContext.Provider value={heard}>
      <Router base={base}>{children}</Router>
    </StreamContext.Provider>
  );
}

const streamWorld = {
  fetch: (init: { headers: Record<string, string>; signal: AbortSignal }) => fetch('/api/v1/stream', { ...init, cache: 'no-store' }),
  token: () => session.token(),
  refused: (token: string) => session.refresh(token),
  wait: (ms: number, signal: AbortSignal) =>
    new Promise<void>((done) => {
      const end = () => {
        clearTimeout(timer);
        window.removeEventListener('online', end);
        window.removeEventListener(reached, end);
        signal.removeEventListener('abort', end);
        done();
      };
      const timer = setTimeout(end, ms);
      window.addEventListener('online', end);
      window.addEventListener(reached, end);
      signal.addEventListener('abort', end);
    }),
  random: Math.random,
  now: () => Date.now(),
  online: () => navigator.onLine,
  share: () => shareOf(session.person),
};

function makeQueries() {
  return new QueryClient({
    queryCache: new QueryCache(),
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        gcTime: 10 * 60_000,
        // sender has tried again already where that helps
        retry: (count, error) => count < 2 && !(error instanceof ApiError) && !(error instanceof SignedOutError) && !(error instanceof OfflineError),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** What went wrong in a screen is told, and the rest of the page stays. */
export class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    if (this.state.error === null) return this.props.children;
    return <Crashed again={() => this.setState({ error: null })} />;
  }
}
