# Translations: templates/po/LANGUAGE.po becomes locale/LANGUAGE/LC_MESSAGES/sitaminter.mo, which is where
# gettext looks. Without any there is nothing to make, and gettext is not needed.
file(GLOB translations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/templates/po/*.po)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/locale)
if(translations)
  find_program(MSGFMT msgfmt REQUIRED)
endif()
set(catalogues)
foreach(po ${translations})
  get_filename_component(language ${po} NAME_WE)
  set(folder ${CMAKE_BINARY_DIR}/locale/${language}/LC_MESSAGES)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${folder}/sitaminter.mo
    COMMAND ${MSGFMT} --check -o ${folder}/sitaminter.mo ${po}
    DEPENDS ${po}
    VERBATIM)
  list(APPEND catalogues ${folder}/sitaminter.mo)
endforeach()
add_custom_target(sita_locale ALL DEPENDS ${catalogues})
