/* The lists and records of the public pages, whole: parameters, queries, rows, both faces. */
#include "tests/sql/site.h"

static int open_with_transactions(void **state) {
    if (site_open(state) != 0)
        return -1;
    admin_do("UPDATE tokens SET network_id = 'testnet', status = 'confirmed',"
             "  verified_at = now() WHERE id % 4 = 0;"
             "UPDATE tokens SET name = '<b>&\"''', symbol = E'x\\u202Ey' WHERE id = 3;"
             "INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id)"
             "  SELECT 1, CASE WHEN i <= 12 THEN 5 END, '0x' || repeat(to_hex(i % 16), 64), 'mint',"
             "         'mainnet' FROM generate_series(1, 30) i");
    return 0;
}

static void lacks(struct reply *reply, const char *part) {
    if (strstr(text_str(&reply->body), part))
        fail_msg("\"%s\" is in:\n%s", part, text_str(&reply->body));
}

static void links_keep_the_filters_and_the_limit(void **state) {
    (void)state;
    struct reply *json = get("/api/tokens", "limit=17&network=mainnet&page=2");
    shows(json, 200,
          "\"next\":\"/api/tokens?network=mainnet\\u0026limit=17\\u0026page=3"
          "\\u0026until=99\"");
    shows(json, 200, "\"prev\":\"/api/tokens?network=mainnet\\u0026limit=17\"");
    struct reply *html = get("/tokens", "status=pending&limit=17&network=mainnet");
    shows(html, 200,
          "href=\"/tokens?network=mainnet&amp;status=pending&amp;limit=17&amp;page=2&amp;"
          "until=99\"");
    shows(html, 200, "<option value=\"mainnet\" selected>");
    shows(get("/activity", "tokenId=5"), 200, "href=\"/activity?tokenId=5&amp;page=2&amp;until=");
    /* what is the default is not spelt out, so that a page has one address */
    shows(get("/tokens", "limit=10"), 200, "href=\"/tokens?page=2&amp;until=100\"");
}

static void filters_choose_rows_and_count_them(void **state) {
    (void)state;
    shows(get("/api/tokens", ""), 200, "\"total\":100,\"totalIsExact\":true,\"pages\":10");
    shows(get("/api/tokens", "network=testnet"), 200, "\"total\":25,");
    shows(get("/api/tokens", "network=mainnet&status=confirmed"), 200, "\"total\":0,");
    shows(get("/api/tokens", "network=testnet&status=confirmed&limit=10"), 200,
          "{\"data\":[{\"id\":100,");
    shows(get("/api/transactions", "tokenId=5"), 200, "\"total\":12,");
    shows(get("/api/transactions", "tokenId=6"), 200, "{\"data\":[],");
}

static void pages_and_cursors_show_the_same_rows(void **state) {
    (void)state;
    static const char *const queries[] = {"page=2", "after=91", "before=80", "page=2&until=100"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct reply *reply = get("/api/tokens", queries[i]);
        shows(reply, 200, "{\"data\":[{\"id\":90,");
        shows(reply, 200, "{\"id\":85,");
        shows(reply, 200, "{\"id\":81,");
        lacks(reply, "{\"id\":91,");
        lacks(reply, "{\"id\":80,");
    }
    shows(get("/api/tokens", "before=0"), 200, "{\"data\":[{\"id\":10,");
}

static void a_record_that_is_not_there_is_404(void **state) {
    (void)state;
    static const char *const paths[] = {"/tokens/101", "/activity/31"};
    static const char *const api_paths[] = {"/api/tokens/101", "/api/transactions/2147483647"};
    for (size_t i = 0; i < 2; i++) {
        shows(get(paths[i], ""), 404, "<h1>Nothing here</h1>");
        shows(get(api_paths[i], ""), 404, "\"code\":\"not_found\"");
    }
}

static void a_token_shows_its_newest_activity(void **state) {
    (void)state;
    struct reply *html = get("/tokens/5", "");
    shows(html, 200, "<h1><bdi>T5</bdi></h1>");
    shows(html, 200, "href=\"/activity?tokenId=5\"");
    shows(html, 200, "href=\"/activity/12\"");
    shows(html, 200, "href=\"/activity/3\"");
    lacks(html, "href=\"/activity/2\"");
    struct reply *none = get("/tokens/6", "");
    shows(none, 200, "No transaction of this token is recorded here.");
    lacks(none, "/activity?tokenId=6");
}

static void a_transaction_names_its_token(void **state) {
    (void)state;
    shows(get("/activity/1", ""), 200, "<a href=\"/tokens/5\"><bdi>T5</bdi>");
    shows(get("/api/transactions/1", ""), 200,
          "\"token\":{\"id\":5,\"name\":\"Token 5\",\"symbol\":\"T5\"}");
    shows(get("/api/transactions/30", ""), 200, "\"token\":null");
}

static void what_people_wrote_is_text(void **state) {
    (void)state;
    shows(get("/tokens/3", ""), 200, "&lt;b&gt;&amp;&quot;&#39;");
    lacks(get("/tokens/3", ""), "<b>");
    shows(get("/api/tokens/3", ""), 200, "\"name\":\"\\u003cb\\u003e\\u0026\\\"'\"");
}

static void the_front_page_counts(void **state) {
    (void)state;
    struct reply *html = get("/", "");
    shows(html, 200, "<dd><a href=\"/tokens\">100</a></dd>");
    shows(html, 200, "<dd><a href=\"/activity\">30</a></dd>");
    shows(html, 200, "href=\"/tokens/95\"");
    lacks(html, "href=\"/tokens/94\"");
}

static void the_sitemap_has_the_parts_that_have_rows(void **state) {
    (void)state;
    admin_do("INSERT INTO tokens (id, name, symbol, supply, creator_id, network_id)"
             "  VALUES (50000, 'a', 'A', '1', 1, 'mainnet')");
    shows(get("/sitemap.xml", ""), 200, "/sitemaps/tokens/1<");
    lacks(get("/sitemap.xml", ""), "/sitemaps/tokens/2<");
    admin_do(
        "INSERT INTO tokens (id, name, symbol, supply, creator_id, network_id)"
        "  VALUES (50001, 'b', 'B', '1', 1, 'mainnet'), (150000, 'c', 'C', '1', 1, 'mainnet')");
    shows(get("/sitemap.xml", ""), 200, "/sitemaps/tokens/2<");
    shows(get("/sitemap.xml", ""), 200, "/sitemaps/tokens/3<");
    lacks(get("/sitemap.xml", ""), "/sitemaps/tokens/4<");
    admin_do("DELETE FROM tokens WHERE id = 50001");
    lacks(get("/sitemap.xml", ""), "/sitemaps/tokens/2<");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_keep_the_filters_and_the_limit),
        cmocka_unit_test(filters_choose_rows_and_count_them),
        cmocka_unit_test(pages_and_cursors_show_the_same_rows),
        cmocka_unit_test(a_record_that_is_not_there_is_404),
        cmocka_unit_test(a_token_shows_its_newest_activity),
        cmocka_unit_test(a_transaction_names_its_token),
        cmocka_unit_test(what_people_wrote_is_text),
        cmocka_unit_test(the_front_page_counts),
        cmocka_unit_test(the_sitemap_has_the_parts_that_have_rows),
    };
    return cmocka_run_group_tests(tests, open_with_transactions, site_close);
}
