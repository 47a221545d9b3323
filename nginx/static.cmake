# Static files: each file below nginx/static/ is copied to ${CMAKE_BINARY_DIR}/static/ with the
# first 12 hexadecimal digits of its SHA-256 in its name, so that it may be cached for ever, and
# gen/templates/assets.h maps its source name to its public path:
#   nginx/static/app.css           ->  #define ASSET_APP_CSS "/static/app-1a2b3c4d5e6f.css"
#   nginx/static/icons/failed.svg  ->  #define ASSET_ICONS_FAILED_SVG "/icons/failed-1a2b3c4d5e6f.svg"
# nginx/errors/page.html.in becomes errors/page.html, its @ASSET_…@ replaced by those paths; of that and
# pages.txt nginx/render makes nginx's own pages. icons/token.svg is errors/icon.svg, too: nginx shows it
# for a token icon whose copy is not there.
file(GLOB_RECURSE static_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/nginx/static/*)
file(GLOB error_pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/nginx/errors/*)

add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/gen/static.stamp
  BYPRODUCTS ${CMAKE_BINARY_DIR}/gen/templates/assets.h
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}/nginx -DBINARY=${CMAKE_BINARY_DIR}
          -P ${CMAKE_CURRENT_LIST_DIR}/static_build.cmake
  DEPENDS ${static_files} ${error_pages} ${CMAKE_CURRENT_LIST_DIR}/static_build.cmake
          ${CMAKE_CURRENT_LIST_DIR}/static.cmake
  COMMENT "Static files with hashed names"
  VERBATIM)
add_custom_target(sita_gen_static ALL DEPENDS ${CMAKE_BINARY_DIR}/gen/static.stamp)
