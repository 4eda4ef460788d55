// One script tag puts the widget on a page:
//   <script src="https://HOST/widget.js" data-program="…" async></script>
import { configOf } from './config';
import { Widget } from './element';

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !customElements.get('knowhow-widget')) {
  customElements.define('knowhow-widget', Widget);
  const begin = () => {
    const config = configOf(script);
    const widget = document.createElement('knowhow-widget') as Widget;
    if (config.mode === 'page') script.after(widget);
    else document.body.append(widget);
    void widget.begin(config);
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
}
