/** The name of it all, which leads to the front door. Its ring has the colour of the one who drives. */
export const Brand = ({ title }: { readonly title?: string }) => (
  <a class="brand" href="/" title={title} aria-label="Pairroom">
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke-width="5">
        <circle cx="16" cy="16" r="12" stroke="currentColor" stroke-dasharray="52 75.4" transform="rotate(-90 16 16)" />
        <circle cx="16" cy="16" r="12" stroke="var(--p)" stroke-dasharray="17 75.4" transform="rotate(166 16 16)" />
      </g>
    </svg>
    <span>Pairroom</span>
  </a>
)
