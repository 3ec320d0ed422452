import type { RpcService } from '../rpc/method.js';
import type { TlObject, TlValue } from '../tl/value.js';

const noEmojiStatuses: TlObject = { _: 'account.emojiStatuses', hash: 0n, statuses: [] };
const noEmojiList: TlObject = { _: 'emojiList', hash: 0n, document_id: [] };
const noEmojiGroups: TlObject = { _: 'messages.emojiGroups', hash: 0, groups: [] };
const noReactions: TlObject = { _: 'messages.reactions', hash: 0n, reactions: [] };
const noStickers: TlObject = { _: 'messages.allStickers', hash: 0n, sets: [] };
const noFeaturedStickers: TlObject = { _: 'messages.featuredStickers', hash: 0n, count: 0, sets: [], unread: [] };
const noStories: TlObject = { _: 'stories.stories', count: 0, stories: [], chats: [], users: [] };
const noEntities = { chats: [], users: [] };

/** What the sandbox has none of: the answer to each call that a client makes about it. */
const answers: Readonly<Record<string, TlValue>> = {
  'messages.getAllStickers': noStickers,
  'messages.getMaskStickers': noStickers,
  'messages.getEmojiStickers': noStickers,
  'messages.getRecentStickers': { _: 'messages.recentStickers', hash: 0n, packs: [], stickers: [], dates: [] },
  'messages.getFavedStickers': { _: 'messages.favedStickers', hash: 0n, packs: [], stickers: [] },
  'messages.getSavedGifs': { _: 'messages.savedGifs', hash: 0n, gifs: [] },
  'messages.getFeaturedStickers': noFeaturedStickers,
  'messages.getFeaturedEmojiStickers': noFeaturedStickers,
  'messages.getAvailableReactions': { _: 'messages.availableReactions', hash: 0, reactions: [] },
  'messages.getTopReactions': noReactions,
  'messages.getRecentReactions': noReactions,
  'messages.getDefaultTagReactions': noReactions,
  'messages.getSavedReactionTags': { _: 'messages.savedReactionTags', tags: [], hash: 0n },
  'messages.getAvailableEffects': { _: 'messages.availableEffects', hash: 0, effects: [], documents: [] },
  'messages.getQuickReplies': { _: 'messages.quickReplies', quick_replies: [], messages: [], ...noEntities },
  'messages.getAttachMenuBots': { _: 'attachMenuBots', hash: 0n, bots: [], users: [] },
  'messages.getEmojiGroups': noEmojiGroups,
  'messages.getEmojiStatusGroups': noEmojiGroups,
  'messages.getEmojiProfilePhotoGroups': noEmojiGroups,
  'messages.getEmojiStickerGroups': noEmojiGroups,
  'messages.getDialogFilters': { _: 'messages.dialogFilters', filters: [] },
  'messages.getSuggestedDialogFilters': [],
  'messages.getDialogUnreadMarks': [],
  'messages.getDefaultHistoryTTL': { _: 'defaultHistoryTTL', period: 0 },
  'messages.getPinnedSavedDialogs': { _: 'messages.savedDialogs', dialogs: [], messages: [], ...noEntities },
  'messages.getSponsoredMessages': { _: 'messages.sponsoredMessagesEmpty' },
  'account.getDefaultEmojiStatuses': noEmojiStatuses,
  'account.getRecentEmojiStatuses': noEmojiStatuses,
  'account.getChannelDefaultEmojiStatuses': noEmojiStatuses,
  'account.getCollectibleEmojiStatuses': noEmojiStatuses,
  'account.getDefaultProfilePhotoEmojis': noEmojiList,
  'account.getDefaultGroupPhotoEmojis': noEmojiList,
  'account.getDefaultBackgroundEmojis': noEmojiList,
  'account.getChannelRestrictedStatusEmojis': noEmojiList,
  'account.getThemes': { _: 'account.themes', hash: 0n, themes: [] },
  'account.getChatThemes': { _: 'account.themes', hash: 0n, themes: [] },
  'account.getWallPapers': { _: 'account.wallPapers', hash: 0n, wallpapers: [] },
  'account.getSavedRingtones': { _: 'account.savedRingtones', hash: 0n, ringtones: [] },
  'account.getWebAuthorizations': { _: 'account.webAuthorizations', authorizations: [], users: [] },
  'contacts.getBlocked': { _: 'contacts.blocked', blocked: [], ...noEntities },
  'contacts.getTopPeers': { _: 'contacts.topPeersDisabled' },
  'contacts.getBirthdays': { _: 'contacts.contactBirthdays', contacts: [], users: [] },
  'contacts.getSponsoredPeers': { _: 'contacts.sponsoredPeersEmpty' },
  'photos.getUserPhotos': { _: 'photos.photos', photos: [], users: [] },
  'stories.getAllStories': {
    _: 'stories.allStories',
    count: 0,
    state: '',
    peer_stories: [],
    stealth_mode: { _: 'storiesStealthMode' },
    ...noEntities,
  },
  'stories.getPinnedStories': noStories,
  'stories.getStoriesArchive': noStories,
  'payments.getPremiumGiftCodeOptions': [],
  'payments.getStarsTopupOptions': [],
};

/** Calls about stickers, reactions, themes, stories and payments. */
export function createEmptyAnswersService(): RpcService {
  return Object.fromEntries(
    Object.entries(answers).map(([method, answer]) => [method, { access: 'account', run: () => answer }]),
  );
}
