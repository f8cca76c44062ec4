/** Where the API stands, as the server has written it into the page: `/api`, or empty for none. */
export const api = document.querySelector('meta[name="pairroom-api"]')?.getAttribute("content") ?? ""
