/** The name of it all, which leads to the front door. */
export const Brand = ({ title }: { readonly title?: string }) => (
  <a class="brand" href="/" title={title} aria-label="Pairroom">
    <img src="/icon.svg" alt="" width="32" height="32" />
    <span class="wide">Pairroom</span>
  </a>
)
